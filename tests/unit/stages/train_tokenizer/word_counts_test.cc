#include "stages/train_tokenizer/word_counts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace owt::train_tokenizer {
namespace {

std::map<std::string, uint64_t> MapOf(const WordCounts& counts) {
  std::map<std::string, uint64_t> map;
  counts.ForEach([&](std::string_view word, uint64_t times) { map[std::string(word)] += times; });
  return map;
}

TEST(WordCounts, CountsAsAMapDoes) {
  std::minstd_rand random(1);
  WordCounts counts;
  for (int round = 0; round < 3; ++round) {
    std::map<std::string, uint64_t> expected;
    for (int i = 0; i < 50000; ++i) {
      std::string word(random() % 6 == 0 ? random() % 3000 : random() % 4, 'a');
      for (char& c : word) c = static_cast<char>(random() % 4);
      const uint64_t times = 1 + random() % 3;
      counts.Add(word, times);
      expected[word] += times;
    }
    EXPECT_EQ(MapOf(counts), expected);
    EXPECT_EQ(counts.size(), expected.size());
    std::string packed;
    counts.AppendTo(&packed);
    WordCounts twice;
    ASSERT_TRUE(twice.AddAll(packed));
    EXPECT_EQ(MapOf(twice), expected);
    ASSERT_TRUE(twice.AddAll(packed));
    for (auto& [word, times] : expected) times *= 2;
    EXPECT_EQ(MapOf(twice), expected);
    counts.Clear();
    EXPECT_EQ(counts.size(), 0u);
  }
}

TEST(WordCounts, DamagedBytesAreRefused) {
  WordCounts counts;
  counts.Add("word");
  std::string packed;
  counts.AppendTo(&packed);
  for (size_t size = 1; size < packed.size(); ++size) {
    EXPECT_FALSE(WordCounts().AddAll(packed.substr(0, size))) << size;
  }
  packed[8] = '\xff';
  EXPECT_FALSE(WordCounts().AddAll(packed));
}

}  // namespace
}  // namespace owt::train_tokenizer
