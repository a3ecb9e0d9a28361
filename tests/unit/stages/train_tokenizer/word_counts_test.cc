#include "stages/train_tokenizer/word_counts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

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
      std::string word(random() % 6 == 0 ? random() % 3000 : random() % 20, 'a');
      for (char& c : word) c = static_cast<char>(random() % 4);
      const uint64_t times = 1 + random() % 3;
      counts.Add(word, times);
      expected[word] += times;
    }
    EXPECT_EQ(MapOf(counts), expected);
    EXPECT_EQ(counts.size(), expected.size());
    uint64_t num_bytes = 0;
    for (const auto& [word, times] : expected) num_bytes += word.size();
    EXPECT_EQ(counts.num_bytes(), num_bytes);
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

TEST(WordCounts, PiecesAreTheWordsBetweenTheirStarts) {
  std::minstd_rand random(2);
  WordCounts counts;
  std::map<std::string, uint64_t> expected;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::vector<uint32_t> starts;
    for (size_t pieces = random() % 60; pieces > 0; --pieces) {
      std::string piece(1 + random() % (round % 2 == 0 ? 3 : 20), 'a');
      for (char& c : piece) c = static_cast<char>(random() % 3);  // 0 is a byte like others
      starts.push_back(static_cast<uint32_t>(text.size()));
      text += piece;
      ++expected[piece];
    }
    text.shrink_to_fit();
    counts.AddPieces(text, starts);
  }
  EXPECT_EQ(MapOf(counts), expected);
}

TEST(WordCounts, DamagedBytesAreRefused) {
  WordCounts counts;
  for (const char* word : {"word", "", "fifteen bytes !", "a word of more than fifteen", "b"}) {
    counts.Add(word);
  }
  counts.Add(std::string(100, 'x'));
  std::string packed;
  counts.AppendTo(&packed);
  ASSERT_TRUE(WordCounts().AddAll(packed));
  for (size_t size = 1; size < packed.size(); ++size) {
    EXPECT_FALSE(WordCounts().AddAll(packed.substr(0, size))) << size;
  }
  EXPECT_FALSE(WordCounts().AddAll(packed + '\0'));
  // What cannot be: other numbers of words, no times, a length of more than fifteen, bytes behind
  // it.
  for (const size_t place : {0, 7, 8, 15, 16 + 15, 16 + 16}) {
    std::string damaged = packed;
    damaged[place] = static_cast<char>(place == 16 + 16 ? 0 : damaged[place] ^ 0x50);
    EXPECT_FALSE(WordCounts().AddAll(damaged)) << place;
  }
  std::string damaged = packed;
  damaged[16 + 14] = '\1';
  damaged[16 + 15] = '\2';
  EXPECT_FALSE(WordCounts().AddAll(damaged));
}

}  // namespace
}  // namespace owt::train_tokenizer
