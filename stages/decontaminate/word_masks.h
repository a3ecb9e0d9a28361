#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace owt::decontaminate {

// What 64 bytes are, a bit for each, the first byte lowest.
struct WordMasks {
  static constexpr size_t kBytes = 64;

  uint64_t word = 0;    // a letter, digit or _ of ASCII, or any byte beyond ASCII
  uint64_t beyond = 0;  // beyond ASCII
};

#if defined(__SSE2__)  // every x86-64

// REQUIRES: 64 readable bytes.
inline WordMasks MasksOf(const char* bytes) {
  // first <= byte < first + count, as signed compares have it: bytes beyond ASCII are negative.
  const auto in_range = [](__m128i block, char first, char count) {
    const __m128i above = _mm_cmpgt_epi8(block, _mm_set1_epi8(static_cast<char>(first - 1)));
    return _mm_and_si128(above,
                         _mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(first + count)), block));
  };
  const auto bits = [](__m128i mask) {
    return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(mask)));
  };
  WordMasks masks;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
    const __m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20));
    const __m128i letters = _mm_or_si128(in_range(lower, 'a', 26), in_range(block, '0', 10));
    const __m128i word = _mm_or_si128(letters, _mm_cmpeq_epi8(block, _mm_set1_epi8('_')));
    const uint64_t beyond = bits(block);
    masks.beyond |= beyond << 16 * i;
    masks.word |= (bits(word) | beyond) << 16 * i;
  }
  return masks;
}

#else

inline WordMasks MasksOf(const char* bytes) {
  WordMasks masks;
  for (size_t i = 0; i < WordMasks::kBytes; ++i) {
    const auto b = static_cast<uint8_t>(bytes[i]);
    const auto lower = static_cast<uint8_t>(b | 0x20);
    const bool beyond = b >= 0x80;
    const bool word = (b >= '0' && b <= '9') || (lower >= 'a' && lower <= 'z') || b == '_';
    masks.beyond |= static_cast<uint64_t>(beyond) << i;
    masks.word |= static_cast<uint64_t>(word || beyond) << i;
  }
  return masks;
}

#endif

}  // namespace owt::decontaminate
