#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace owt::langdetect {

using LanguageScores = std::array<uint16_t, 256>;  // by number within the script

// The next three are about the scores of numbers below `numbers`, a multiple of kNumbersAtOnce.
inline constexpr size_t kNumbersAtOnce = 64;

// Makes them 0. Not inlined: the compiler's own way for a known size is several times as slow.
void ClearScores(size_t numbers, LanguageScores* scores);

// Adds each of `from` to that of its number.
void AddScores(const LanguageScores& from, size_t numbers, LanguageScores* to);

// The numbers of the highest score and of the highest among the others; the lowest numbers of equal
// scores.
struct TwoHighest {
  uint8_t first, second;
};

TwoHighest FindTwoHighest(const LanguageScores& scores, size_t numbers);

}  // namespace owt::langdetect
