#pragma once

#include <string>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/band_file.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/method.h"

namespace owt::dedup {

// `owt dedup --bands-only`: documents in, band files out (band_file.h); resumable.

// With another number of bands than the method's: 0 for exact copies alone.
BandFileHeader HeaderOf(const Method& method, int bands);

// Runs the main pass over `source`, which must count lines, and writes the files of `bands` bands
// under context.output; a sample of signatures (background.h) goes to `sample_path` where it is not
// empty. Throws Error{kResource} at more than 2^32 - 1 records.
void SignDocuments(RunContext& context, Source& source, const Method& method,
                   const DocumentReader& reader, int bands, const std::string& sample_path);

// Where the sample of the files under `prefix` belongs.
std::string SamplePath(const std::string& prefix);

}  // namespace owt::dedup
