#pragma once

#include <string_view>

namespace owt::filter {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

inline bool IsAscii(std::string_view text) {
  unsigned char any = 0;
  for (const char c : text) any |= static_cast<unsigned char>(c);
  return any < 0x80;
}

}  // namespace owt::filter
