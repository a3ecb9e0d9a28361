#pragma once

#include <string>

#include "pipeline/context.h"
#include "pipeline/manifest.h"
#include "stages/why/find_record.h"

namespace owt::why {

// What a run did to a record that it kept: "; text changed from its byte 7 on, 68 -> 64 bytes:
// bytes 0..68: encode latin-1, decode utf-8", with what its maps say of it. Empty where the record
// is as it was.
std::string ChangeText(const Manifest& manifest, const FoundRecord& before, const FoundRecord& now,
                       const RunContext& context);

}  // namespace owt::why
