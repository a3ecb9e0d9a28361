#include "stages/dedup/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <random>
#include <set>
#include <vector>

namespace owt::dedup {
namespace {

std::vector<uint64_t> RandomSet(size_t count, uint64_t range, std::mt19937* random) {
  std::vector<uint64_t> values(count);
  for (uint64_t& value : values) value = (*random)() % range;
  SortAndUnify(&values);
  return values;
}

double SlowJaccard(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  std::vector<uint64_t> common, all;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return all.empty() ? 0 : static_cast<double>(common.size()) / static_cast<double>(all.size());
}

TEST(JaccardTest, MatchesTheSlowVersionAndGivesUpOnlyBelowTheThreshold) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    const uint64_t range = 1 + random() % 60;
    const auto a = RandomSet(random() % 40, range, &random);
    const auto b = RandomSet(random() % 40, range, &random);
    const double expected = SlowJaccard(a, b);
    ASSERT_EQ(Jaccard(a, b), expected);
    const double threshold = static_cast<double>(1 + random() % 20) / 20;
    const double actual = JaccardAtLeast(a, b, threshold);
    if (expected >= threshold) {
      ASSERT_EQ(actual, expected);
    } else {
      ASSERT_LT(actual, threshold);
    }
  }
}

TEST(VerifyTest, SmallBucketsCheckEveryPairOnce) {
  std::mt19937 random(2);
  std::vector<std::vector<uint64_t>> sets;
  for (int i = 0; i < 40; ++i) sets.push_back(RandomSet(12, 16, &random));
  const auto set_of = [&](uint32_t i) { return ShingleSet(sets[i]); };
  Buckets buckets;
  std::set<std::pair<uint32_t, uint32_t>> expected;
  for (int i = 0; i < 60; ++i) {
    std::set<uint32_t> members;
    while (members.size() < 2 + random() % (kAllPairs - 2))
      members.insert(static_cast<uint32_t>(random() % 40));
    const std::vector<uint32_t> list(members.begin(), members.end());
    buckets.Add(list);
    for (const uint32_t x : list) {
      for (const uint32_t y : list) {
        if (x < y && SlowJaccard(sets[x], sets[y]) >= 0.6) expected.emplace(x, y);
      }
    }
  }
  std::vector<std::pair<uint32_t, uint32_t>> actual;
  for (const Edge& edge : Verify(buckets, 0.6, set_of)) {
    actual.emplace_back(edge.first, edge.second);
    EXPECT_EQ(edge.similarity, SlowJaccard(sets[edge.first], sets[edge.second]));
  }
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(actual, std::vector(expected.begin(), expected.end()));
}

TEST(VerifyTest, ALargeBucketOfCopiesTakesOneComparisonEach) {
  constexpr uint32_t kCopies = 200000;
  const std::vector<uint64_t> set = {1, 2, 3};
  std::vector<uint32_t> members(kCopies);
  std::iota(members.begin(), members.end(), 0);
  Buckets buckets;
  buckets.Add(members);
  const auto edges = Verify(buckets, 0.8, [&](uint32_t) { return ShingleSet(set); });
  ASSERT_EQ(edges.size(), kCopies - 1);
  for (const Edge& edge : edges) ASSERT_EQ(edge.first, 0u);
}

// One bucket with documents that have nothing in common: bounded work and no edge.
TEST(VerifyTest, ALargeBucketOfStrangersHasNoEdge) {
  constexpr uint32_t kStrangers = 100000;
  std::vector<uint64_t> values(kStrangers);
  std::iota(values.begin(), values.end(), 0);
  std::vector<uint32_t> members(kStrangers);
  std::iota(members.begin(), members.end(), 0);
  Buckets buckets;
  buckets.Add(members);
  const auto edges = Verify(buckets, 0.5, [&](uint32_t i) { return ShingleSet(&values[i], 1); });
  EXPECT_TRUE(edges.empty());
}

TEST(VerifyTest, FamiliesInALargeBucketStayApart) {
  constexpr uint32_t kFamilies = 20;
  constexpr uint32_t kMembers = 50;
  std::vector<std::vector<uint64_t>> sets;
  for (uint32_t i = 0; i < kFamilies * kMembers; ++i) {
    const uint64_t family = i % kFamilies;
    std::vector<uint64_t> set;
    for (uint64_t j = 0; j < 20; ++j) set.push_back(family * 1000 + j);
    set.push_back(1000000 + i);  // something of its own: J = 20 / 22
    sets.push_back(set);
  }
  std::vector<uint32_t> members(sets.size());
  std::iota(members.begin(), members.end(), 0);
  Buckets buckets;
  buckets.Add(members);
  const auto edges = Verify(buckets, 0.8, [&](uint32_t i) { return ShingleSet(sets[i]); });
  std::set<uint32_t> joined;
  for (const Edge& edge : edges) {
    EXPECT_EQ(edge.first % kFamilies, edge.second % kFamilies);
    joined.insert(edge.second);
  }
  EXPECT_EQ(joined.size(), sets.size() - kFamilies);
}

}  // namespace
}  // namespace owt::dedup
