#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/text/join_bits.h"

namespace owt::decontaminate {

// What 64 bytes are, a bit for each, the first byte lowest.
struct WordMasks {
  static constexpr size_t kBytes = text::kJoinedBytes;

  uint64_t word = 0;    // a letter, digit or _ of ASCII, or any byte beyond ASCII
  uint64_t beyond = 0;  // beyond ASCII
};

// REQUIRES: 64 readable bytes.
#if defined(__SSE2__)  // every x86-64
inline WordMasks MasksOf(const char* bytes) {
  // first <= byte < first + count, as signed compares have it: bytes beyond ASCII are negative.
  const auto in_range = [](__m128i block, char first, char count) {
    const __m128i above = _mm_cmpgt_epi8(block, _mm_set1_epi8(static_cast<char>(first - 1)));
    return _mm_and_si128(above,
                         _mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(first + count)), block));
  };
  const uint64_t words = text::JoinBits(bytes, [&](__m128i block) {
    const __m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20));
    const __m128i letters = _mm_or_si128(in_range(lower, 'a', 26), in_range(block, '0', 10));
    return _mm_or_si128(letters, _mm_cmpeq_epi8(block, _mm_set1_epi8('_')));
  });
  const uint64_t beyond = text::JoinBits(bytes, [](__m128i block) { return block; });
  return {words | beyond, beyond};
}
#else
inline WordMasks MasksOf(const char* bytes) {
  const uint64_t words = text::JoinBits(bytes, [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == '_';
  });
  const uint64_t beyond =
      text::JoinBits(bytes, [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
  return {words | beyond, beyond};
}
#endif

}  // namespace owt::decontaminate
