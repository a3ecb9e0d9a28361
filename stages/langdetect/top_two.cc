#include "stages/langdetect/top_two.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// One pass keeps the two highest of each lane; then the numbers that have these scores are found.

namespace owt::langdetect {

[[gnu::noinline]] void ClearScores(size_t numbers, LanguageScores* scores) {
  std::memset(scores->data(), 0, numbers * sizeof((*scores)[0]));
}

#if defined(__SSE2__)  // every x86-64
namespace {

constexpr size_t kLanes = 8;

__m128i LoadScores(const LanguageScores& scores, size_t at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(scores.data() + at));
}

// A bit for each of kNumbersAtOnce scores from `at` on: whether it is the one in all lanes.
uint64_t EqualScores(const LanguageScores& scores, size_t at, __m128i score) {
  uint64_t bits = 0;
  for (size_t i = 0; i < kNumbersAtOnce; i += 2 * kLanes) {
    const __m128i equal =
        _mm_packs_epi16(_mm_cmpeq_epi16(LoadScores(scores, at + i), score),
                        _mm_cmpeq_epi16(LoadScores(scores, at + i + kLanes), score));
    bits |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(equal))} << i;
  }
  return bits;
}

// The lowest number, but for `without`, that has the score. REQUIRES: there is one.
size_t FindScore(const LanguageScores& scores, __m128i score, size_t without) {
  for (size_t at = 0;; at += kNumbersAtOnce) {
    uint64_t bits = EqualScores(scores, at, score);
    if (without - at < kNumbersAtOnce) bits &= ~(uint64_t{1} << (without - at));
    if (bits != 0) return at + static_cast<size_t>(std::countr_zero(bits));
  }
}

// The two highest of some lanes, as signed numbers.
struct Two {
  __m128i first, second;

  void Add(__m128i other_first, __m128i other_second) {
    second = _mm_max_epi16(_mm_max_epi16(second, other_second), _mm_min_epi16(first, other_first));
    first = _mm_max_epi16(first, other_first);
  }
};

}  // namespace

void AddScores(const LanguageScores& from, size_t numbers, LanguageScores* to) {
  for (size_t at = 0; at < numbers; at += kLanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to->data() + at),
                     _mm_add_epi16(LoadScores(*to, at), LoadScores(from, at)));
  }
}

TwoHighest FindTwoHighest(const LanguageScores& scores, size_t numbers) {
  // SSE2 knows the order of signed numbers alone.
  const __m128i sign = _mm_set1_epi16(INT16_MIN);
  Two two = {sign, sign};
  for (size_t at = 0; at < numbers; at += kLanes) {
    const __m128i here = _mm_xor_si128(LoadScores(scores, at), sign);
    two.second = _mm_max_epi16(two.second, _mm_min_epi16(two.first, here));
    two.first = _mm_max_epi16(two.first, here);
  }
  // The highest of all lanes come into the lowest one.
  two.Add(_mm_srli_si128(two.first, 8), _mm_srli_si128(two.second, 8));
  two.Add(_mm_srli_si128(two.first, 4), _mm_srli_si128(two.second, 4));
  two.Add(_mm_srli_si128(two.first, 2), _mm_srli_si128(two.second, 2));
  const auto in_all_lanes = [sign](__m128i lowest) {
    return _mm_xor_si128(_mm_set1_epi16(static_cast<int16_t>(_mm_extract_epi16(lowest, 0))), sign);
  };
  const size_t first = FindScore(scores, in_all_lanes(two.first), LanguageScores().size());
  const size_t second = FindScore(scores, in_all_lanes(two.second), first);
  return {static_cast<uint8_t>(first), static_cast<uint8_t>(second)};
}

#else

void AddScores(const LanguageScores& from, size_t numbers, LanguageScores* to) {
  for (size_t i = 0; i < numbers; ++i) (*to)[i] = static_cast<uint16_t>((*to)[i] + from[i]);
}

TwoHighest FindTwoHighest(const LanguageScores& scores, size_t numbers) {
  const auto end = scores.begin() + static_cast<ptrdiff_t>(numbers);
  const auto first = std::max_element(scores.begin(), end);
  const auto before = std::max_element(scores.begin(), first);
  const auto behind = std::max_element(first + 1, end);
  const bool is_before = behind == end || (before != first && *before >= *behind);
  const auto second = is_before ? before : behind;
  return {static_cast<uint8_t>(first - scores.begin()),
          static_cast<uint8_t>(second - scores.begin())};
}

#endif

}  // namespace owt::langdetect
