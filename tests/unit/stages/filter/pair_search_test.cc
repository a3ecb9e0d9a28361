#include "stages/filter/pair_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "stages/filter/repeat_guess.h"

namespace owt::filter {
namespace {

TEST(FindPair, EqualsSearchingForEach) {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    const unsigned letters = 2 + round % 20;
    for (size_t size = random() % 100; size > 0; --size) {
      text += static_cast<char>('a' + random() % letters);
    }
    const size_t from = random() % (text.size() + 1);
    ASSERT_EQ((FindPair<'a', 'a'>(text, from)), text.find("aa", from)) << text;
    ASSERT_EQ((FindPair<'b', 'c', 'c', 'a'>(text, from)),
              std::min(text.find("bc", from), text.find("ca", from)))
        << text;
  }
}

TEST(RepeatGuess, MissesNoneAndNamesFewOthers) {
  std::mt19937_64 random(1);
  for (const size_t size : {1, 2, 50, 3000, 100000}) {
    RepeatGuess guess;
    guess.Reset(size);
    std::vector<uint64_t> once, twice;
    for (size_t i = 0; i < size; ++i) (i % 3 == 0 && i > 0 ? twice : once).push_back(random());
    for (const uint64_t hash : once) guess.Add(hash);
    for (const uint64_t hash : twice) guess.Add(hash);
    for (const uint64_t hash : twice) guess.Add(hash);
    for (const uint64_t hash : twice) ASSERT_TRUE(guess.Repeats(hash));
    size_t named = 0;
    for (const uint64_t hash : once) named += guess.Repeats(hash);
    EXPECT_LE(named, size / 4 + 1);
  }
}

}  // namespace
}  // namespace owt::filter
