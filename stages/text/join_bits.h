#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace owt::text {

// A bit for each of kJoinedBytes bytes, the first byte lowest. With SSE2, as every x86-64 has it,
// calls bits_of(16 bytes) for each quarter and takes the highest bit of every byte; elsewhere calls
// is(byte) for each. REQUIRES: kJoinedBytes readable bytes.
inline constexpr size_t kJoinedBytes = 64;

#if defined(__SSE2__)
template <class BitsOf>
[[gnu::always_inline]] inline uint64_t JoinBits(const char* at, BitsOf bits_of) {
  uint64_t bits = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + i);
    bits |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(bits_of(bytes)))} << 16 * i;
  }
  return bits;
}
#else
template <class Is>
inline uint64_t JoinBits(const char* at, Is is) {
  uint64_t bits = 0;
  for (size_t i = 0; i < kJoinedBytes; ++i) bits |= static_cast<uint64_t>(is(at[i])) << i;
  return bits;
}
#endif

}  // namespace owt::text
