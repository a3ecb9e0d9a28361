#pragma once

#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt {

// Runs source -> transform -> sink on context.workers() threads: the source and the sink serial and
// in order, transforms in parallel, at most context.max_batches() batches alive. So memory is
// bounded and the output is independent of the number of workers. The first exception wins and
// reaches the caller; the sink is then left uncommitted.
//
// RunFlow is the run's main pass: it fills context.tally, writes quarantine and dropped records,
// keeps the journal of a resumable run (see docs/engine.md), commits the sink, and throws
// Error{kInterrupted} after a signal once a resumable state is on disk. It throws Error{kInput}
// when the inputs hold no record at all, unless context.takes_empty_input.
void RunFlow(RunContext& context, Source& source, const BatchTransform& transform, Sink& sink);

// A further pass over the inputs (an index, statistics): the same order and bounds, but nothing is
// counted, quarantined or committed: the caller does what it needs with the sink.
void RunPass(RunContext& context, Source& source, const BatchTransform& transform, Sink& sink);

}  // namespace owt
