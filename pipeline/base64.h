#pragma once

#include <string>
#include <string_view>

namespace owt {

// RFC 4648, section 4: the standard alphabet, with padding.
void AppendBase64(std::string_view bytes, std::string* out);

// False where `text` is not what AppendBase64 makes; *bytes is then of no use.
bool DecodeBase64(std::string_view text, std::string* bytes);

}  // namespace owt
