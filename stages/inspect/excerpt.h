#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace owt::inspect {

inline constexpr size_t kExcerptBytes = 200;
inline constexpr size_t kHeadTokens = 400;  // enough for an excerpt of any text

// The first `max_bytes` of a text on one line that a terminal can show: control characters and
// bytes that are not UTF-8 become \n, \t or \xNN, what is cut off an ellipsis.
std::string Excerpt(std::string_view text, size_t max_bytes);

// 1234567 -> "1,234,567".
std::string Grouped(uint64_t number);

}  // namespace owt::inspect
