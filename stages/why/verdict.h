#pragma once

#include <string>
#include <string_view>

#include "pipeline/context.h"
#include "pipeline/manifest.h"

namespace owt::why {

// What maps say of a record.
struct Answer {
  std::string reason;  // to drop it, with the stage's name where several are fused; empty: it stays
  std::string details;  // what that rests on, or what was changed where (pipeline/transform.h)
};

// Whether a run is made of maps, which can be asked.
bool HasMaps(const Manifest& manifest, const RunContext& context);

// Asks the maps of a run (cleanup, langdetect, filter, or several of them fused) about a record
// again, with the options of the manifest. Empty where the stage is not made of maps.
Answer AskMaps(const Manifest& manifest, std::string_view line, const RunContext& context);

}  // namespace owt::why
