#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace owt::filter {

// Sets of characters that rules ask for. One load and a shift; thread-safe.

inline constexpr size_t kSetEnd = 0x1DA89;  // behind the last member of either
using CharacterSet = std::array<uint64_t, (kSetEnd + 63) / 64>;
extern const CharacterSet kTerminalMarks;
extern const CharacterSet kSymbols;

inline bool Contains(const CharacterSet& set, char32_t c) {
  return c < kSetEnd && (set[c / 64] >> (c % 64) & 1) != 0;
}

// The 159 marks that end a sentence in one script or another: datatrove's TERMINAL_PUNCTUATION.
inline bool IsTerminalMark(char32_t c) { return Contains(kTerminalMarks, c); }

// The 281 characters that alone make no word: datatrove's PUNCTUATION_SET (terminal marks, all
// ASCII that is no letter or digit, controls, quotes and dashes).
inline bool IsSymbol(char32_t c) { return Contains(kSymbols, c); }

// The character whose first byte is at `bytes`, and its length in bytes. REQUIRES: valid UTF-8.
inline char32_t DecodeValid(const char* bytes, uint32_t* length) {
  const auto at = [bytes](int i) { return static_cast<uint8_t>(bytes[i]); };
  const auto low = [&at](int i) -> char32_t { return at(i) & 0x3Fu; };
  const char32_t first = at(0);
  if (first < 0x80) {
    *length = 1;
    return first;
  }
  if (first < 0xE0) {
    *length = 2;
    return (first & 0x1F) << 6 | low(1);
  }
  if (first < 0xF0) {
    *length = 3;
    return (first & 0x0F) << 12 | low(1) << 6 | low(2);
  }
  *length = 4;
  return (first & 0x07) << 18 | low(1) << 12 | low(2) << 6 | low(3);
}

}  // namespace owt::filter
