#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// What 64 bytes of a span are, a bit for each, the first byte lowest. 64 bytes must be readable.

namespace owt::langdetect {

inline constexpr size_t kMaskBytes = 64;

// Calls `bits_of(16 bytes)` for each quarter and joins the bits that it returns.
#if defined(__SSE2__)  // every x86-64
template <class BitsOf>
[[gnu::always_inline]] inline uint64_t JoinBits(const char* at, BitsOf bits_of) {
  uint64_t bits = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + i);
    bits |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(bits_of(bytes)))} << 16 * i;
  }
  return bits;
}

inline uint64_t SpacesIn(const char* at) {
  return JoinBits(at, [](__m128i bytes) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')); });
}

// Bytes of characters that are not ASCII.
inline uint64_t BeyondAsciiIn(const char* at) {
  return JoinBits(at, [](__m128i bytes) { return bytes; });
}

// ASCII's vowels.
inline uint64_t VowelsIn(const char* at) {
  return JoinBits(at, [](__m128i bytes) {
    const auto equal = [](__m128i a, char c) { return _mm_cmpeq_epi8(a, _mm_set1_epi8(c)); };
    // a and i differ in one bit, as e and u do.
    const __m128i a_i = equal(_mm_and_si128(bytes, _mm_set1_epi8(~('a' ^ 'i'))), 'a' & 'i');
    const __m128i e_u = equal(_mm_and_si128(bytes, _mm_set1_epi8(~('e' ^ 'u'))), 'e' & 'u');
    return _mm_or_si128(_mm_or_si128(a_i, e_u), equal(bytes, 'o'));
  });
}

#else

template <class Is>
inline uint64_t JoinBits(const char* at, Is is) {
  uint64_t bits = 0;
  for (size_t i = 0; i < kMaskBytes; ++i) bits |= static_cast<uint64_t>(is(at[i])) << i;
  return bits;
}

inline uint64_t SpacesIn(const char* at) {
  return JoinBits(at, [](char c) { return c == ' '; });
}

inline uint64_t BeyondAsciiIn(const char* at) {
  return JoinBits(at, [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
}

inline uint64_t VowelsIn(const char* at) {
  return JoinBits(at,
                  [](char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; });
}

#endif

}  // namespace owt::langdetect
