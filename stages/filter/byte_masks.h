#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace owt::filter {

// What 64 bytes are, a bit for each, the first byte lowest. Right for ASCII; bytes beyond are in
// `beyond` alone.
struct ByteMasks {
  static constexpr size_t kBytes = 64;

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
  const auto bits = [](__m128i mask) {
    return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(mask)));
  };
  ByteMasks masks;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
    const __m128i breaks = _mm_or_si128(in_range(block, 10, 4), in_range(block, 0x1C, 3));
    const __m128i blanks = _mm_or_si128(in_range(block, 0x1F, 2), in_range(block, 9, 1));
    const __m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20));
    masks.breaks |= bits(breaks) << 16 * i;
    masks.white |= bits(_mm_or_si128(breaks, blanks)) << 16 * i;
    masks.letters |= bits(in_range(lower, 'a', 26)) << 16 * i;
    masks.digits |= bits(in_range(block, '0', 10)) << 16 * i;
    masks.beyond |= bits(block) << 16 * i;
  }
  return masks;
}

#else

inline ByteMasks MasksOf(const char* bytes) {
  ByteMasks masks;
  for (size_t i = 0; i < ByteMasks::kBytes; ++i) {
    const auto b = static_cast<uint8_t>(bytes[i]);
    const auto bit = [i](bool is_set) { return static_cast<uint64_t>(is_set) << i; };
    masks.breaks |= bit((b >= 10 && b <= 13) || (b >= 0x1C && b <= 0x1E));
    masks.white |= bit((b >= 9 && b <= 13) || (b >= 0x1C && b <= 0x20));
    masks.letters |= bit((b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z'));
    masks.digits |= bit(b >= '0' && b <= '9');
    masks.beyond |= bit(b >= 0x80);
  }
  return masks;
}

#endif

}  // namespace owt::filter
