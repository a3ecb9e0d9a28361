#pragma once

#include <string>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/band_file.h"
#include "stages/dedup/passes.h"

namespace owt::dedup {

// `owt dedup --bands-only`: documents in, band files out (band_file.h); resumable.

BandFileHeader HeaderOf(const Method& method);

// Runs the main pass over `source`, which must count lines. Throws Error{kResource} at more than
// 2^32 - 1 records.
void SignDocuments(RunContext& context, Source& source, const Method& method,
                   const DocumentReader& reader);

}  // namespace owt::dedup
