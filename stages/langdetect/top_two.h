#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace owt::langdetect {

using LanguageScores = std::array<uint16_t, 256>;  // by number within the script

// Makes all 0. Not inlined: the compiler's own way for a known size is several times as slow.
void ClearScores(std::span<LanguageScores> scores);

// Adds each of `from` to that of its number.
void AddScores(const LanguageScores& from, LanguageScores* to);

// The numbers of the highest score and of the highest among the others; the lowest numbers of equal
// scores.
struct TwoHighest {
  uint8_t first, second;
};

TwoHighest FindTwoHighest(const LanguageScores& scores);

}  // namespace owt::langdetect
