#include "stages/text/merge_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace owt::text {
namespace {

TEST(MergeTable, FindsEveryMergeAndNothingElse) {
  const auto vocab = formats::Gpt2Vocab::Embedded();
  const MergeTable table(vocab);
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> wanted;
  uint32_t id = formats::Gpt2Vocab::kNumBytes;
  for (const formats::MergePair& merge : vocab.merges()) wanted[{merge.left, merge.right}] = id++;
  for (const auto& [pair, merged] : wanted) {
    ASSERT_EQ(table.Find(pair.first, pair.second), merged);
    ASSERT_EQ(table.Find(table.stranger(), pair.second), MergeTable::kNone);
    ASSERT_EQ(table.Find(pair.first, table.stranger()), MergeTable::kNone);
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000000; ++i) {
    // Mostly the frequent tokens, which have full rows.
    const uint32_t most = i % 2 == 0 ? 600 : vocab.size();
    const auto left = static_cast<uint32_t>(random() % most);
    const auto right = static_cast<uint32_t>(random() % most);
    const auto found = wanted.find({left, right});
    ASSERT_EQ(table.Find(left, right), found == wanted.end() ? MergeTable::kNone : found->second);
  }
}

TEST(MergeTable, TheFirstOfEqualMergesCounts) {
  const std::vector<formats::MergePair> merges = {{1, 2}, {3, 4}, {1, 2}};
  const MergeTable table{formats::Gpt2Vocab(std::span(merges))};
  EXPECT_EQ(table.Find(1, 2), 256u);
  EXPECT_EQ(table.Find(3, 4), 257u);
}

TEST(MergeTable, ATableOfNoMerges) {
  const MergeTable table{formats::Gpt2Vocab(std::span<const formats::MergePair>())};
  for (uint32_t left = 0; left <= table.stranger(); ++left) {
    EXPECT_EQ(table.Find(left, 1), MergeTable::kNone);
  }
}

}  // namespace
}  // namespace owt::text
