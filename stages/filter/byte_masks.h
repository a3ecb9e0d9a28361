#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/text/join_bits.h"

namespace owt::filter {

// What 64 bytes are, a bit for each, the first byte lowest. Right for ASCII; bytes beyond are in
// `beyond` alone.
struct ByteMasks {
  static constexpr size_t kBytes = text::kJoinedBytes;

  uint64_t white = 0;   // of Python's str.isspace()
  uint64_t breaks = 0;  // of these, what ends a line for str.splitlines()
  uint64_t letters = 0;
  uint64_t digits = 0;
  uint64_t beyond = 0;
};

#if defined(__SSE2__)  // every x86-64

// REQUIRES: 64 readable bytes.
inline ByteMasks MasksOf(const char* bytes) {
  // first <= byte < first + count, as signed compares have it: bytes beyond ASCII are negative.
  const auto in_range = [](__m128i block, char first, char count) {
    const __m128i above = _mm_cmpgt_epi8(block, _mm_set1_epi8(static_cast<char>(first - 1)));
    return _mm_and_si128(above,
                         _mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(first + count)), block));
  };
  const auto breaks = [&](__m128i block) {
    return _mm_or_si128(in_range(block, 10, 4), in_range(block, 0x1C, 3));
  };
  ByteMasks masks;
  masks.breaks = text::JoinBits(bytes, breaks);
  masks.white = text::JoinBits(bytes, [&](__m128i block) {
    const __m128i blanks = _mm_or_si128(in_range(block, 0x1F, 2), in_range(block, 9, 1));
    return _mm_or_si128(breaks(block), blanks);
  });
  masks.letters = text::JoinBits(bytes, [&](__m128i block) {
    return in_range(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 26);
  });
  masks.digits = text::JoinBits(bytes, [&](__m128i block) { return in_range(block, '0', 10); });
  masks.beyond = text::JoinBits(bytes, [](__m128i block) { return block; });
  return masks;
}

#else

inline ByteMasks MasksOf(const char* bytes) {
  const auto in_range = [](char c, int first, int count) {
    return c >= first && c < first + count;
  };
  const auto breaks = [&](char c) { return in_range(c, 10, 4) || in_range(c, 0x1C, 3); };
  ByteMasks masks;
  masks.breaks = text::JoinBits(bytes, breaks);
  masks.white = text::JoinBits(
      bytes, [&](char c) { return breaks(c) || in_range(c, 0x1F, 2) || in_range(c, 9, 1); });
  masks.letters =
      text::JoinBits(bytes, [&](char c) { return in_range(c, 'a', 26) || in_range(c, 'A', 26); });
  masks.digits = text::JoinBits(bytes, [&](char c) { return in_range(c, '0', 10); });
  masks.beyond = text::JoinBits(bytes, [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
  return masks;
}

#endif

}  // namespace owt::filter
