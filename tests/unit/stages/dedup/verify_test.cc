#include "stages/dedup/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <vector>

#include "tests/unit/stages/dedup/disk_corpus.h"

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

double SlowContainment(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  std::vector<uint64_t> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  const size_t smaller = std::min(a.size(), b.size());
  return smaller == 0 ? 0 : static_cast<double>(common.size()) / static_cast<double>(smaller);
}

TEST(SimilarityTest, MatchesTheSlowVersionAndGivesUpOnlyBelowTheThreshold) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    const uint64_t range = 1 + random() % 60;
    const auto a = RandomSet(random() % 40, range, &random);
    const auto b = RandomSet(random() % 40, range, &random);
    for (const Measure measure : {Measure::kJaccard, Measure::kContainment}) {
      const double expected =
          measure == Measure::kJaccard ? SlowJaccard(a, b) : SlowContainment(a, b);
      ASSERT_EQ(Similarity(measure, a, b), expected);
      const double threshold = static_cast<double>(1 + random() % 20) / 20;
      const double actual = SimilarityAtLeast(measure, a, b, threshold);
      if (expected >= threshold) {
        ASSERT_EQ(actual, expected);
      } else {
        ASSERT_LT(actual, threshold);
      }
    }
  }
}

TEST(VerifyTest, SmallBucketsCheckEveryPairOnce) {
  std::mt19937 random(2);
  std::vector<DiskDocument> documents;
  for (uint64_t i = 0; i < 40; ++i) documents.push_back(Unique(i, {}, RandomSet(12, 16, &random)));
  constexpr int kBands = 60;
  std::set<std::pair<uint32_t, uint32_t>> expected;
  for (int band = 0; band < kBands; ++band) {
    std::set<uint32_t> members;
    while (members.size() < 2 + random() % (kAllPairs - 2)) {
      members.insert(static_cast<uint32_t>(random() % 40));
    }
    for (uint32_t i = 0; i < 40; ++i) documents[i].band_keys.push_back(1000 + i);
    for (const uint32_t x : members) {
      documents[x].band_keys.back() = 7;
      for (const uint32_t y : members) {
        const double similarity = SlowJaccard(documents[x].shingles, documents[y].shingles);
        if (x < y && similarity >= 0.6) expected.emplace(x, y);
      }
    }
  }
  std::vector<std::pair<uint32_t, uint32_t>> actual;
  for (const Edge& edge : DiskCorpus(documents, kBands).VerifiedEdges(0.6)) {
    actual.emplace_back(edge.first, edge.second);
    EXPECT_EQ(edge.similarity,
              SlowJaccard(documents[edge.first].shingles, documents[edge.second].shingles));
  }
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(actual, std::vector(expected.begin(), expected.end()));
}

// All in one bucket of one band.
DiskCorpus OneBucket(const std::vector<std::vector<uint64_t>>& sets) {
  std::vector<DiskDocument> documents;
  for (uint64_t i = 0; i < sets.size(); ++i) documents.push_back(Unique(i, {7}, sets[i]));
  return DiskCorpus(documents, 1);
}

TEST(VerifyTest, ALargeBucketOfCopiesTakesOneComparisonEach) {
  constexpr uint32_t kCopies = 100000;
  const auto edges =
      OneBucket(std::vector<std::vector<uint64_t>>(kCopies, {1, 2, 3})).VerifiedEdges(0.8);
  ASSERT_EQ(edges.size(), kCopies - 1);
  for (const Edge& edge : edges) ASSERT_EQ(edge.first, 0u);
}

// One bucket with documents that have nothing in common: bounded work and no edge.
TEST(VerifyTest, ALargeBucketOfStrangersHasNoEdge) {
  std::vector<std::vector<uint64_t>> sets;
  for (uint64_t i = 0; i < 50000; ++i) sets.push_back({i});
  EXPECT_TRUE(OneBucket(sets).VerifiedEdges(0.5).empty());
}

// The blocks that are checked at once make no difference.
TEST(VerifyTest, ALargeBucketIsCheckedAsIfOneByOne) {
  std::mt19937 random(4);
  std::vector<std::vector<uint64_t>> sets;
  for (int i = 0; i < 5000; ++i) sets.push_back(RandomSet(3 + random() % 3, 9, &random));
  std::set<std::pair<uint32_t, uint32_t>> expected;
  std::vector<uint32_t> representatives;
  for (uint32_t i = 0; i < sets.size(); ++i) {
    bool is_like_one = false;
    for (const uint32_t one : representatives) {
      if (SlowJaccard(sets[one], sets[i]) < 0.5) continue;
      expected.emplace(one, i);
      is_like_one = true;
    }
    if (!is_like_one && representatives.size() < kRepresentatives) representatives.push_back(i);
  }
  std::vector<std::pair<uint32_t, uint32_t>> actual;
  for (const Edge& edge : OneBucket(sets).VerifiedEdges(0.5)) {
    actual.emplace_back(edge.first, edge.second);
  }
  EXPECT_EQ(actual, std::vector(expected.begin(), expected.end()));
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
  std::set<uint32_t> joined;
  for (const Edge& edge : OneBucket(sets).VerifiedEdges(0.8)) {
    EXPECT_EQ(edge.first % kFamilies, edge.second % kFamilies);
    joined.insert(edge.second);
  }
  EXPECT_EQ(joined.size(), sets.size() - kFamilies);
}

}  // namespace
}  // namespace owt::dedup
