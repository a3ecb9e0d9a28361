#include "stages/dedup/union_find.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace owt::dedup {
namespace {

TEST(UnionFindTest, RootIsTheSmallestMemberWhateverTheOrder) {
  constexpr uint32_t kSize = 200;
  std::mt19937 random(1);
  std::uniform_int_distribution<uint32_t> pick(0, kSize - 1);
  for (int round = 0; round < 100; ++round) {
    std::vector<uint32_t> labels(kSize);
    for (uint32_t i = 0; i < kSize; ++i) labels[i] = i;
    std::vector<std::pair<uint32_t, uint32_t>> links;
    for (size_t i = 0; i < random() % 300; ++i) links.emplace_back(pick(random), pick(random));
    for (const auto& [a, b] : links) {  // slowly: give one set the label of the other
      const uint32_t low = std::min(labels[a], labels[b]);
      const uint32_t high = std::max(labels[a], labels[b]);
      std::replace(labels.begin(), labels.end(), high, low);
    }
    std::shuffle(links.begin(), links.end(), random);
    UnionFind sets(kSize);
    for (const auto& [a, b] : links) sets.Union(a, b);
    for (uint32_t i = 0; i < kSize; ++i) ASSERT_EQ(sets.Find(i), labels[i]);
  }
}

TEST(UnionFindTest, AMillionInOneChain) {
  constexpr uint32_t kSize = 1000000;
  UnionFind sets(kSize);
  for (uint32_t i = kSize - 1; i > 0; --i) sets.Union(i, i - 1);
  EXPECT_EQ(sets.Find(kSize - 1), 0u);
}

}  // namespace
}  // namespace owt::dedup
