#pragma once

#include <string>
#include <string_view>

#include "pipeline/context.h"
#include "pipeline/manifest.h"

namespace owt::why {

// What a run of maps (cleanup, langdetect, filter, or several of them fused) says of a record: its
// reason to drop it, made by running the step again on this record with the options of the
// manifest; empty where the stage is not made of maps, or keeps the record.
std::string ReasonOfMaps(const Manifest& manifest, std::string_view line,
                         const RunContext& context);

}  // namespace owt::why
