#pragma once

#include <string>

#include "pipeline/context.h"
#include "stages/dedup/method.h"
#include "stages/dedup/removals.h"

namespace owt::dedup {

// The guard against chance similarity: before candidates are looked for, and before anything goes.

// Says of each input how many candidates chance will bring; `path` holds the sample (background.h).
void TellBackground(const RunContext& context, const Method& method, const std::string& path);

// Throws Error{kRejected} where a cluster percolated, or only warns.
void RefusePercolation(const RunContext& context, const Percolation& found, const Method& method,
                       bool refuses);

}  // namespace owt::dedup
