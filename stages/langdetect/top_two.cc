#include "stages/langdetect/top_two.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// One pass keeps the two highest of each lane; then the numbers that have these scores are found.

namespace owt::langdetect {

[[gnu::noinline]] void ClearScores(std::span<LanguageScores> scores) {
  std::memset(scores.data(), 0, scores.size_bytes());
}

void AddScores(const LanguageScores& from, LanguageScores* to) {
  for (size_t i = 0; i < to->size(); ++i) (*to)[i] = static_cast<uint16_t>((*to)[i] + from[i]);
}

#if defined(__SSE2__)  // every x86-64
namespace {

constexpr size_t kLanes = 8;

__m128i LoadScores(const LanguageScores& scores, size_t at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(scores.data() + at));
}

// The lowest number, but for `without`, that has `score`. REQUIRES: there is one.
size_t FindScore(const LanguageScores& scores, uint16_t score, size_t without) {
  const __m128i wanted = _mm_set1_epi16(static_cast<int16_t>(score));
  for (size_t at = 0;; at += 2 * kLanes) {
    const __m128i equal = _mm_packs_epi16(_mm_cmpeq_epi16(LoadScores(scores, at), wanted),
                                          _mm_cmpeq_epi16(LoadScores(scores, at + kLanes), wanted));
    auto bits = static_cast<uint32_t>(_mm_movemask_epi8(equal));
    if (without - at < 2 * kLanes) bits &= ~(1U << (without - at));
    if (bits != 0) return at + static_cast<size_t>(std::countr_zero(bits));
  }
}

}  // namespace

TwoHighest FindTwoHighest(const LanguageScores& scores) {
  // SSE2 knows the order of signed numbers alone.
  const __m128i sign = _mm_set1_epi16(INT16_MIN);
  __m128i highest = sign;
  __m128i second = sign;
  for (size_t at = 0; at < scores.size(); at += kLanes) {
    const __m128i here = _mm_xor_si128(LoadScores(scores, at), sign);
    second = _mm_max_epi16(second, _mm_min_epi16(highest, here));
    highest = _mm_max_epi16(highest, here);
  }
  std::array<uint16_t, 2 * kLanes> all;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(all.data()), _mm_xor_si128(highest, sign));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(all.data() + kLanes), _mm_xor_si128(second, sign));
  uint16_t most = 0;
  uint16_t next = 0;
  for (const uint16_t score : all) {
    next = std::max(next, std::min(most, score));
    most = std::max(most, score);
  }
  const size_t first = FindScore(scores, most, scores.size());
  return {static_cast<uint8_t>(first), static_cast<uint8_t>(FindScore(scores, next, first))};
}

#else

TwoHighest FindTwoHighest(const LanguageScores& scores) {
  const auto first = std::max_element(scores.begin(), scores.end()) - scores.begin();
  LanguageScores others = scores;
  others[static_cast<size_t>(first)] = 0;
  const auto second = std::max_element(others.begin(), others.end()) - others.begin();
  return {static_cast<uint8_t>(first), static_cast<uint8_t>(second)};
}

#endif

}  // namespace owt::langdetect
