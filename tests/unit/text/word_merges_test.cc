#include "stages/text/word_merges.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "stages/text/bpe.h"
#include "stages/text/text_kernel.h"

namespace owt::text {
namespace {

const formats::Gpt2Vocab& Vocab() {
  static const formats::Gpt2Vocab kVocab = formats::Gpt2Vocab::Embedded();
  return kVocab;
}

TEST(WordMergesTest, HoldsEveryMergeAndNoOther) {
  const WordMerges words(Vocab());
  const MergeTable table(Vocab());
  std::mt19937_64 random(1);
  const auto check = [&](uint32_t left, uint32_t right) {
    const WordMerges::Bucket& bucket = words.Find(left, right);
    uint32_t merged = MergeTable::kNone;
    for (size_t i = 0; i < WordMerges::kBucketSize; ++i) {
      if (bucket.rights[i] == right) merged = bucket.merged[i];
    }
    ASSERT_EQ(merged, table.Find(left, right)) << left << " " << right;
  };
  for (const formats::MergePair& merge : Vocab().merges()) {
    check(merge.left, merge.right);
    check(merge.left, static_cast<uint32_t>(random() % Vocab().size()));
    check(words.stranger(), merge.right);
    check(merge.left, words.stranger());
  }
}

// Pieces of tokens, letters, digits, any bytes or runs: what merges a lot, and what hardly does.
class Texts {
 public:
  std::string Next(size_t size) {
    std::string text;
    const uint64_t kind = random_() % 5;
    while (text.size() < size) {
      if (kind == 0) text += Vocab().token_bytes(static_cast<uint32_t>(random_() % 50256));
      if (kind == 1) text += static_cast<char>('a' + random_() % 26);
      if (kind == 2) text += static_cast<char>('0' + random_() % 10);
      if (kind == 3) text += static_cast<char>(random_());
      if (kind == 4) text += std::string(1 + random_() % 40, "-=* \n"[random_() % 5]);
    }
    text.resize(size);
    return text;
  }

 private:
  std::mt19937_64 random_{2};
};

TEST(WordMergesTest, KernelsMergeAsTheScanDoes) {
  const BpeModel model(Vocab());
  ASSERT_NE(model.words(), nullptr);
  Texts texts;
  size_t num_kernels = 0;
  for (const SimdTier tier : SimdTiers()) {
    const TextKernel& kernel = TextKernelOf(tier);
    if (kernel.encode_part == nullptr) continue;
    ++num_kernels;
    size_t num_parts = 0, num_refused = 0;
    for (int round = 0; round < 2000; ++round) {
      for (size_t size = 1; size <= kMaxPartBytes; ++size) {
        const std::string text = texts.Next(size);
        std::vector<uint32_t> wanted;
        model.EncodePart(text, &wanted);
        uint16_t ids[kMaxPartBytes + 8];
        const size_t count = kernel.encode_part(*model.words(), text, ids);
        ++num_parts;
        num_refused += count == 0 ? 1 : 0;
        if (count == 0) continue;
        ASSERT_EQ(std::vector<uint32_t>(ids, ids + count), wanted) << text;
      }
    }
    EXPECT_LT(num_refused,
              num_parts / 10);  // runs, whose tokens are longer than what windows share
  }
  if (num_kernels == 0) GTEST_SKIP() << "this processor has no kernel with merges of its own";
}

// Words together as the kernel wants them, of all lengths in all places.
TEST(WordMergesTest, KernelsMergeWordsTogether) {
  const BpeModel model(Vocab());
  Texts texts;
  std::mt19937_64 random(3);
  size_t num_kernels = 0;
  for (const SimdTier tier : SimdTiers()) {
    const TextKernel& kernel = TextKernelOf(tier);
    if (kernel.encode_words == nullptr) continue;
    ++num_kernels;
    for (int round = 0; round < 20000; ++round) {
      WordKey keys[11] = {};
      WordIds made[11];
      std::vector<std::string> words;
      for (size_t count = 1 + random() % 11; words.size() < count;) {
        words.push_back(texts.Next(1 + random() % WordKey::kMaxBytes));
        WordKey& key = keys[words.size() - 1];
        std::memcpy(&key, words.back().data(), words.back().size());
        key.high |= uint64_t{words.back().size()} << 56;
      }
      kernel.encode_words(*model.words(), keys, words.size(), made);
      for (size_t i = 0; i < words.size(); ++i) {
        std::vector<uint32_t> wanted;
        model.EncodePart(words[i], &wanted);
        const size_t count = made[i].num_bytes / sizeof(uint16_t);
        ASSERT_EQ(std::vector<uint32_t>(made[i].ids, made[i].ids + count), wanted) << words[i];
      }
    }
  }
  if (num_kernels == 0) GTEST_SKIP() << "this processor has no kernel with merges of its own";
}

TEST(WordMergesTest, EveryOneTwoAndThreeBytes) {
  const BpeModel model(Vocab());
  const WordMerges& words = *model.words();
  const auto check = [&](std::string_view text) {
    std::vector<uint32_t> wanted;
    model.EncodePart(text, &wanted);
    uint16_t ids[WordMerges::kFewBytes];
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    const unsigned count = words.EncodeFew(bytes, text.size(), ids);
    ASSERT_EQ(std::vector<uint32_t>(ids, ids + count), wanted) << testing::PrintToString(text);
  };
  for (unsigned three = 0; three < 1u << 24; three += three < 1u << 16 ? 1 : 7) {
    const char bytes[3] = {static_cast<char>(three), static_cast<char>(three >> 8),
                           static_cast<char>(three >> 16)};
    if (three < 1u << 8) check({bytes, 1});
    if (three < 1u << 16) check({bytes, 2});
    check({bytes, 3});
  }
}

TEST(WordMergesTest, OnlyForIdsOf16Bits) {
  EXPECT_TRUE(WordMerges::Fits(Vocab()));
  const BpeModel wide(Vocab(), BpeModel::kWindowBytes, formats::TokenType::kInt32);
  EXPECT_EQ(wide.words(), nullptr);
}

}  // namespace
}  // namespace owt::text
