#include "stages/train_tokenizer/bpe_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace owt::train_tokenizer {
namespace {

using formats::Gpt2Vocab;
using formats::MergePair;

std::vector<MergePair> Train(const std::vector<Word>& words, const BpeTrainerOptions& options) {
  return TrainBpe(words, options, [](size_t, size_t) {});
}

// The definition, slowly: count all pairs of all words anew for every merge.
std::vector<MergePair> TrainSlowly(const std::vector<Word>& words,
                                   const BpeTrainerOptions& options) {
  const Gpt2Vocab bytes(std::span<const MergePair>{});
  std::vector<std::vector<uint32_t>> texts;
  for (const Word& word : words) {
    texts.emplace_back();
    for (const char c : word.bytes) texts.back().push_back(bytes.byte_id(static_cast<uint8_t>(c)));
  }
  std::vector<MergePair> merges;
  while (merges.size() + 256 < options.num_tokens) {
    std::map<std::pair<uint32_t, uint32_t>, uint64_t> counts;
    for (size_t w = 0; w < texts.size(); ++w) {
      for (size_t i = 0; i + 1 < texts[w].size(); ++i) {
        counts[{texts[w][i], texts[w][i + 1]}] += words[w].times;
      }
    }
    const auto best = std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) {
      return a.second < b.second;  // the first of equals: the smallest pair
    });
    if (best == counts.end() || best->second < std::max<uint64_t>(1, options.min_frequency)) break;
    const auto [left, right] = best->first;
    const auto token = static_cast<uint32_t>(256 + merges.size());
    merges.push_back({left, right});
    for (auto& text : texts) {
      for (size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] != left || text[i + 1] != right) continue;
        text[i] = token;
        text.erase(text.begin() + static_cast<ptrdiff_t>(i) + 1);
      }
    }
  }
  return merges;
}

TEST(BpeTrainer, AsTheDefinitionSays) {
  std::minstd_rand random(5);
  for (int round = 0; round < 300; ++round) {
    const std::string alphabet = std::string("abcdefgh").substr(0, 1 + random() % 8);
    std::map<std::string, uint64_t> distinct;
    for (size_t n = 1 + random() % 40; n > 0; --n) {
      std::string word;
      for (size_t size = 1 + random() % 20; size > 0; --size) {
        word += alphabet[random() % alphabet.size()];
      }
      distinct[word] += 1 + random() % 5;
    }
    std::vector<Word> words;
    for (const auto& [word, times] : distinct) words.push_back({word, times});
    BpeTrainerOptions options;
    options.num_tokens = static_cast<uint32_t>(256 + random() % 100);
    options.min_frequency = random() % 4;
    const auto expected = TrainSlowly(words, options);
    EXPECT_EQ(Train(words, options), expected);
    std::shuffle(words.begin(), words.end(), random);
    EXPECT_EQ(Train(words, options), expected) << "the order of words counts";
  }
}

TEST(BpeTrainer, ManyWordsOnManyThreads) {
  std::minstd_rand random(6);
  std::vector<std::string> texts;
  for (int i = 0; i < 20000; ++i) {
    std::string word = "ab";  // in all of them, so that the first merges touch every word
    for (int k = 0; k < 8; ++k) word += static_cast<char>('a' + random() % 6);
    texts.push_back(word);
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  std::vector<Word> words;
  for (const std::string& text : texts) words.push_back({text, 1 + text.size() % 3});
  BpeTrainerOptions options;
  options.num_tokens = 400;
  const auto alone = Train(words, options);
  options.workers = 8;
  EXPECT_EQ(Train(words, options), alone);
  ASSERT_FALSE(alone.empty());
  EXPECT_EQ(alone[0], (MergePair{64, 65}));  // a b
}

TEST(BpeTrainer, CountsBeyond32Bits) {
  const std::vector<Word> words = {{"ab", uint64_t{3} << 31}, {"cd", uint64_t{1} << 31}, {"x", 9}};
  BpeTrainerOptions options;
  EXPECT_EQ(Train(words, options), (std::vector<MergePair>{{64, 65}, {66, 67}}));
  EXPECT_TRUE(Train({}, options).empty());
}

}  // namespace
}  // namespace owt::train_tokenizer
