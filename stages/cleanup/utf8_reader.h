#pragma once

#include <cstdint>

namespace owt::cleanup {

// The character at *at, which moves behind it. REQUIRES: valid UTF-8 (text/utf8.h checks it; here
// every text has been checked when its record was read).
inline char32_t ReadUtf8(const char** at) {
  const auto* p = reinterpret_cast<const uint8_t*>(*at);
  if (p[0] < 0x80) {
    *at += 1;
    return p[0];
  }
  if (p[0] < 0xE0) {
    *at += 2;
    return static_cast<char32_t>((p[0] & 0x1F) << 6 | (p[1] & 0x3F));
  }
  if (p[0] < 0xF0) {
    *at += 3;
    return static_cast<char32_t>((p[0] & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F));
  }
  *at += 4;
  return static_cast<char32_t>((p[0] & 0x07) << 18 | (p[1] & 0x3F) << 12 | (p[2] & 0x3F) << 6 |
                               (p[3] & 0x3F));
}

}  // namespace owt::cleanup
