#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/text/join_bits.h"

// What 64 bytes of a span are, a bit for each, the first byte lowest. 64 bytes must be readable.

namespace owt::langdetect {

inline constexpr size_t kMaskBytes = text::kJoinedBytes;

#if defined(__SSE2__)  // every x86-64

inline uint64_t SpacesIn(const char* at) {
  return text::JoinBits(at,
                        [](__m128i bytes) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')); });
}

// Bytes of characters that are not ASCII.
inline uint64_t BeyondAsciiIn(const char* at) {
  return text::JoinBits(at, [](__m128i bytes) { return bytes; });
}

// ASCII's vowels.
inline uint64_t VowelsIn(const char* at) {
  return text::JoinBits(at, [](__m128i bytes) {
    const auto equal = [](__m128i a, char c) { return _mm_cmpeq_epi8(a, _mm_set1_epi8(c)); };
    // a and i differ in one bit, as e and u do.
    const __m128i a_i = equal(_mm_and_si128(bytes, _mm_set1_epi8(~('a' ^ 'i'))), 'a' & 'i');
    const __m128i e_u = equal(_mm_and_si128(bytes, _mm_set1_epi8(~('e' ^ 'u'))), 'e' & 'u');
    return _mm_or_si128(_mm_or_si128(a_i, e_u), equal(bytes, 'o'));
  });
}

#else

inline uint64_t SpacesIn(const char* at) {
  return text::JoinBits(at, [](char c) { return c == ' '; });
}

inline uint64_t BeyondAsciiIn(const char* at) {
  return text::JoinBits(at, [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
}

inline uint64_t VowelsIn(const char* at) {
  return text::JoinBits(
      at, [](char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; });
}

#endif

}  // namespace owt::langdetect
