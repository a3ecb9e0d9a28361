#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace owt::filter {

// Where in the text from `from` on two bytes follow each other that are one of the pairs (<'a',
// 'b', 'c', 'd'>: "ab" or "cd"); npos if nowhere. Made for pairs that are rare: 16 bytes are looked
// at together.
template <char... kBytes>
size_t FindPair(std::string_view text, size_t from) {
  constexpr char kPairs[] = {kBytes...};
  constexpr size_t kNumBytes = sizeof(kPairs);
  static_assert(kNumBytes % 2 == 0);
  size_t i = from;
#if defined(__SSE2__)  // every x86-64
  constexpr size_t kBlock = 16;
  for (; i + kBlock < text.size(); i += kBlock) {
    const auto* const at = reinterpret_cast<const __m128i*>(text.data() + i);
    const __m128i first = _mm_loadu_si128(at);
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i + 1));
    __m128i any = _mm_setzero_si128();
    for (size_t p = 0; p < kNumBytes; p += 2) {
      any = _mm_or_si128(any, _mm_and_si128(_mm_cmpeq_epi8(first, _mm_set1_epi8(kPairs[p])),
                                            _mm_cmpeq_epi8(second, _mm_set1_epi8(kPairs[p + 1]))));
    }
    const auto bits = static_cast<uint32_t>(_mm_movemask_epi8(any));
    if (bits != 0) return i + static_cast<size_t>(std::countr_zero(bits));
  }
#endif
  for (; i + 1 < text.size(); ++i) {
    for (size_t p = 0; p < kNumBytes; p += 2) {
      if (text[i] == kPairs[p] && text[i + 1] == kPairs[p + 1]) return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace owt::filter
