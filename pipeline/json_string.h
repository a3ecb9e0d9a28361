#pragma once

#include <string>
#include <string_view>

namespace owt {

// Appends `text` as a JSON string with its quotes; it must be valid UTF-8. Only ", \ and control
// characters are escaped.
void AppendJsonString(std::string_view text, std::string* out);

}  // namespace owt
