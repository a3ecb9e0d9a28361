#include "stages/langdetect/top_two.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace owt::langdetect {
namespace {

void ExpectHighest(const LanguageScores& scores) {
  for (size_t numbers = kNumbersAtOnce; numbers <= scores.size(); numbers += kNumbersAtOnce) {
    const auto end = scores.begin() + static_cast<ptrdiff_t>(numbers);
    const auto first = std::max_element(scores.begin(), end) - scores.begin();
    const TwoHighest highest = FindTwoHighest(scores, numbers);
    ASSERT_EQ(highest.first, first);
    size_t second = first == 0 ? 1 : 0;
    for (size_t i = 0; i < numbers; ++i) {
      if (i != static_cast<size_t>(first) && scores[i] > scores[second]) second = i;
    }
    ASSERT_EQ(highest.second, second);
  }
}

TEST(TopTwo, OfRandomScores) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    LanguageScores scores = {};
    const auto most = static_cast<unsigned>(round % 3 == 0 ? 3 : round % 3 == 1 ? 300 : 0x10000);
    for (size_t set = random() % 300; set > 0; --set) {
      scores[random() % scores.size()] = static_cast<uint16_t>(random() % most);
    }
    ExpectHighest(scores);
  }
}

TEST(TopTwo, OfOneScore) {
  for (size_t i = 0; i < 256; ++i) {
    LanguageScores scores = {};
    scores[i] = 0xFFFF;
    ExpectHighest(scores);
  }
}

TEST(TopTwo, SumsWrapAround) {
  LanguageScores sums = {}, others = {};
  for (size_t i = 0; i < sums.size(); ++i) {
    sums[i] = static_cast<uint16_t>(i);
    others[i] = 0xFFFF;
  }
  AddScores(others, sums.size(), &sums);
  for (size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(sums[i], static_cast<uint16_t>(i - 1));
}

TEST(TopTwo, NumbersBehindTheFirstStayAsTheyAre) {
  LanguageScores sums, others;
  sums.fill(3);
  others.fill(4);
  AddScores(others, 2 * kNumbersAtOnce, &sums);
  EXPECT_EQ(sums[2 * kNumbersAtOnce - 1], 7);
  EXPECT_EQ(sums[2 * kNumbersAtOnce], 3);
  ClearScores(kNumbersAtOnce, &sums);
  EXPECT_EQ(sums[0], 0);
  EXPECT_EQ(sums[kNumbersAtOnce - 1], 0);
  EXPECT_EQ(sums[kNumbersAtOnce], 7);
}

}  // namespace
}  // namespace owt::langdetect
