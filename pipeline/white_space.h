#pragma once

#include <string_view>

namespace owt {

// What Python's str calls white space (isspace, split, strip, \s of re): Unicode's White_Space and
// the four separators of ASCII.
constexpr bool IsWhiteSpace(char32_t c) {
  if (c <= 0x20) return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// `text` without white space at both ends, as str.strip(), and at its end. Bytes that are no UTF-8
// stay.
std::string_view StripWhiteSpace(std::string_view text);
std::string_view StripWhiteSpaceAtEnd(std::string_view text);

}  // namespace owt
