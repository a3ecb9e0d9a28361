#pragma once

#include <string>
#include <string_view>

namespace owt::trainer {

// `bytes` as UTF-8: what is none becomes U+FFFD, one for each longest piece that begins a character
// (Unicode 15, table 3-8), as Python's errors="replace" does. A token may end inside a character.
std::string Utf8Lossy(std::string_view bytes);

}  // namespace owt::trainer
