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

// Pieces of tokens, letters, digits or any bytes: what merges a lot, and what hardly does.
class Texts {
 public:
  std::string Next(size_t size) {
    std::string text;
    const uint64_t kind = random_() % 4;
    while (text.size() < size) {
      if (kind == 0) text += Vocab().token_bytes(static_cast<uint32_t>(random_() % 50256));
      if (kind == 1) text += static_cast<char>('a' + random_() % 26);
      if (kind == 2) text += static_cast<char>('0' + random_() % 10);
      if (kind == 3) text += static_cast<char>(random_());
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
    for (int round = 0; round < 2000; ++round) {
      for (size_t size = 1; size <= kMaxPartBytes; ++size) {
        const std::string text = texts.Next(size);
        std::vector<uint32_t> wanted;
        model.EncodePart(text, &wanted);
        uint16_t ids[kMaxPartBytes];
        const size_t count = kernel.encode_part(*model.words(), text, ids);
        ASSERT_EQ(std::vector<uint32_t>(ids, ids + count), wanted) << text;
        if (size > WordKey::kMaxBytes) continue;
        WordKey key{};
        std::memcpy(&key, text.data(), size);
        key.high |= uint64_t{size} << 56;
        char packed[2 * WordKey::kMaxBytes];
        ASSERT_EQ(kernel.encode_word(*model.words(), key, packed), 2 * wanted.size()) << text;
        ASSERT_EQ(std::memcmp(packed, ids, 2 * wanted.size()), 0) << text;
      }
    }
  }
  if (num_kernels == 0) GTEST_SKIP() << "this processor has no kernel with merges of its own";
}

TEST(WordMergesTest, OnlyForIdsOf16Bits) {
  EXPECT_TRUE(WordMerges::Fits(Vocab()));
  const BpeModel wide(Vocab(), BpeModel::kWindowBytes, formats::TokenType::kInt32);
  EXPECT_EQ(wide.words(), nullptr);
}

}  // namespace
}  // namespace owt::text
