#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstdint>

namespace owt::cleanup {

// A byte that no step of ftfy changes: tab, line feed, form feed and printable ASCII but "&".
inline bool IsPlain(char byte) {
  const auto b = static_cast<uint8_t>(byte);
  return b >= 0x20 ? b < 0x7F && b != '&' : b == '\t' || b == '\n' || b == '\f';
}

// The first byte in [at, end) that is not plain, or `end`. At memory speed.
inline const char* FindSpecial(const char* at, const char* end) {
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed: 80 to FF too
    const __m128i kept = _mm_or_si128(is('\n'), _mm_or_si128(is('\t'), is('\f')));
    const __m128i special =
        _mm_or_si128(_mm_andnot_si128(kept, low), _mm_or_si128(is('&'), is(0x7F)));
    const auto mask = static_cast<uint32_t>(_mm_movemask_epi8(special));
    if (mask != 0) return at + std::countr_zero(mask);
  }
#endif
  while (at < end && IsPlain(*at)) ++at;
  return at;
}

// The first byte in [at, end) that is not ASCII, or `end`.
inline const char* FindNonAscii(const char* at, const char* end) {
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto mask = static_cast<uint32_t>(_mm_movemask_epi8(bytes));
    if (mask != 0) return at + std::countr_zero(mask);
  }
#endif
  while (at < end && static_cast<uint8_t>(*at) < 0x80) ++at;
  return at;
}

}  // namespace owt::cleanup
