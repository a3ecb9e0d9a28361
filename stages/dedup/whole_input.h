#pragma once

#include <cstdint>

#include "formats/line_source.h"
#include "pipeline/context.h"
#include "stages/dedup/record_range.h"

namespace owt::dedup {

// All lines of the input, counted, also for a shard: what a shard holds may have been in another.
formats::LineSource WholeInput(RunContext& context);

// Of so many records those that the run's shard writes.
RecordRange ShardOf(const RunContext& context, uint64_t num_records);

}  // namespace owt::dedup
