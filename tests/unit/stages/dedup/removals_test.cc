#include "stages/dedup/removals.h"

#include <gtest/gtest.h>

#include <vector>

#include "stages/dedup/index.h"

namespace owt::dedup {
namespace {

TEST(DecideRemovalsTest, ChainsCopiesAndWhatIsNoDocument) {
  // 1 ~ 4 ~ 6 is a chain (1 and 6 are not alike), 7 a copy of 4, 3 a copy of 2, 5 no document.
  std::vector<std::vector<uint64_t>> sets(8);
  for (uint64_t i = 0; i < 100; ++i) {
    sets[1].push_back(i);
    sets[4].push_back(i + 10);
    sets[6].push_back(i + 20);
  }
  const auto set_of = [&](uint32_t i) { return ShingleSet(sets[i]); };
  const std::vector<uint32_t> first = {0, 1, 2, 2, 4, kNoDocument, 6, 4};
  const double near = 90.0 / 110;
  const double far = 80.0 / 120;
  const std::vector<Edge> edges = {{1, 4, near}, {4, 6, near}};
  const std::vector<Removal> removals = DecideRemovals(first, edges, set_of);
  ASSERT_EQ(removals.size(), 4u);

  EXPECT_EQ(removals[0].document, 3u);
  EXPECT_EQ(removals[0].kept, 2u);
  EXPECT_TRUE(removals[0].is_exact);
  EXPECT_EQ(removals[0].similarity, 1);

  EXPECT_EQ(removals[1].document, 4u);
  EXPECT_EQ(removals[1].kept, 1u);
  EXPECT_FALSE(removals[1].is_exact);
  EXPECT_EQ(removals[1].similarity, near);
  EXPECT_EQ(removals[1].match, 1u) << "of equally similar ones the first";

  EXPECT_EQ(removals[2].document, 6u);
  EXPECT_EQ(removals[2].kept, 1u);
  EXPECT_EQ(removals[2].similarity, far);
  EXPECT_EQ(removals[2].match, 4u);
  EXPECT_EQ(removals[2].match_similarity, near);

  EXPECT_EQ(removals[3].document, 7u);
  EXPECT_EQ(removals[3].kept, 1u);
  EXPECT_TRUE(removals[3].is_exact);
  EXPECT_EQ(removals[3].match, 4u);
  EXPECT_EQ(removals[3].similarity, near);
}

TEST(DecideRemovalsTest, NothingToRemove) {
  const std::vector<uint32_t> first = {0, 1, kNoDocument};
  EXPECT_TRUE(DecideRemovals(first, {}, nullptr).empty());
}

}  // namespace
}  // namespace owt::dedup
