#include "stages/dedup/removals.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/stages/dedup/disk_corpus.h"

namespace owt::dedup {
namespace {

// Shingles [begin, begin + 100).
std::vector<uint64_t> Hundred(uint64_t begin) {
  std::vector<uint64_t> shingles;
  for (uint64_t i = begin; i < begin + 100; ++i) shingles.push_back(i);
  return shingles;
}

constexpr double kNear = 90.0 / 110;
constexpr double kFar = 80.0 / 120;

// 1 ~ 4 ~ 6 is a chain (1 and 6 are not alike), 7 a copy of 4, 3 a copy of 2, 5 no document.
std::vector<DiskDocument> Chain() {
  std::vector<DiskDocument> documents;
  for (uint64_t i = 0; i < 8; ++i) documents.push_back(Unique(i, {}, {}));
  documents[1].shingles = Hundred(0);
  documents[4].shingles = Hundred(10);
  documents[6].shingles = Hundred(20);
  documents[3].key = documents[2].key;
  documents[7].key = documents[4].key;
  documents[5].key.reset();
  return documents;
}

TEST(RemovalsTest, ChainsCopiesAndWhatIsNoDocument) {
  DiskCorpus corpus(Chain(), 0);
  const auto removals = AllOf(corpus.Decide({{1, 4, kNear, 3}, {4, 6, kNear, 5}}, 0.8));
  ASSERT_EQ(removals.size(), 4u);

  EXPECT_EQ(removals[0].document, 3u);
  EXPECT_EQ(removals[0].kept, 2u);
  EXPECT_TRUE(removals[0].is_exact());
  EXPECT_EQ(removals[0].similarity, 1);

  EXPECT_EQ(removals[1].document, 4u);
  EXPECT_EQ(removals[1].kept, 1u);
  EXPECT_FALSE(removals[1].is_exact());
  EXPECT_EQ(removals[1].band, 3u);
  EXPECT_EQ(removals[1].similarity, kNear);
  EXPECT_EQ(removals[1].match, 1u) << "of equally similar ones the first";

  EXPECT_EQ(removals[2].document, 6u);
  EXPECT_EQ(removals[2].kept, 1u);
  EXPECT_EQ(removals[2].similarity, kFar);
  EXPECT_EQ(removals[2].match, 4u);
  EXPECT_EQ(removals[2].band, 5u);
  EXPECT_EQ(removals[2].match_similarity, kNear);

  EXPECT_EQ(removals[3].document, 7u);
  EXPECT_EQ(removals[3].kept, 1u);
  EXPECT_TRUE(removals[3].is_exact());
  EXPECT_EQ(removals[3].match, 4u);
  EXPECT_EQ(removals[3].similarity, kNear);
}

TEST(RemovalsTest, TheHighestRankStays) {
  std::vector<DiskDocument> documents = Chain();
  documents[3].rank = 1;
  documents[6].rank = 9;
  documents[7].rank = 8;
  DiskCorpus corpus(documents, 0);
  const auto removals = AllOf(corpus.Decide({{1, 4, kNear, 0}, {4, 6, kNear, 0}}, 0.8));
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  for (const Removal& removal : removals) pairs.emplace_back(removal.document, removal.kept);
  const std::vector<std::pair<uint32_t, uint32_t>> expected = {{1, 6}, {2, 3}, {4, 6}, {7, 6}};
  EXPECT_EQ(pairs, expected);
  EXPECT_EQ(removals[0].similarity, kFar);
  EXPECT_TRUE(removals[1].is_exact()) << "its copy stays instead";
  EXPECT_EQ(removals[1].similarity, 1);
  EXPECT_EQ(removals[3].similarity, kNear);
}

TEST(RemovalsTest, InGivesThoseOfARange) {
  DiskCorpus corpus(Chain(), 0);
  const Removals removals = corpus.Decide({{1, 4, kNear, 0}, {4, 6, kNear, 0}}, 0.8);
  EXPECT_EQ(removals.In(0, 3).size(), 0u);
  EXPECT_EQ(removals.In(3, 5).size(), 2u);
  EXPECT_EQ(removals.In(7, 8).size(), 1u);
  EXPECT_EQ(removals.In(7, 8)[0].document, 7u);
}

TEST(RemovalsTest, NothingToRemove) {
  std::vector<DiskDocument> documents = {Unique(0, {}, {}), Unique(1, {}, {}), {}};
  EXPECT_EQ(DiskCorpus(documents, 0).Decide({}, 0.8).size(), 0u);
}

// Each document is like the next, and like no other: one cluster of strangers.
TEST(RemovalsTest, ALongChainIsPercolation) {
  std::vector<DiskDocument> documents;
  std::vector<Edge> edges;
  for (uint32_t i = 0; i < kGiantCluster; ++i) {
    documents.push_back(Unique(i, {}, Hundred(10 * i)));
    if (i > 0) edges.push_back({i - 1, i, kNear, 0});
  }
  const Percolation found = DiskCorpus(documents, 0).Decide(edges, 0.8).percolation();
  EXPECT_EQ(found.kept, 0u);
  EXPECT_EQ(found.documents, kGiantCluster);
  EXPECT_EQ(found.unlike, kGiantCluster - 2);
  documents.pop_back();
  edges.pop_back();
  EXPECT_EQ(DiskCorpus(documents, 0).Decide(edges, 0.8).percolation().documents, 0u)
      << "one less is no giant";
}

TEST(RemovalsTest, AGiantClusterOfLikeDocumentsIsNone) {
  std::vector<DiskDocument> documents;
  std::vector<Edge> edges;
  for (uint32_t i = 0; i < 2 * kGiantCluster; ++i) {
    documents.push_back(Unique(i, {}, Hundred(i % 2)));
    if (i > 0) edges.push_back({0, i, i % 2 == 0 ? 1 : 99.0 / 101, 0});
  }
  const Removals removals = DiskCorpus(documents, 0).Decide(edges, 0.8);
  EXPECT_EQ(removals.size(), 2 * kGiantCluster - 1);
  EXPECT_EQ(removals.percolation().documents, 0u);
}

}  // namespace
}  // namespace owt::dedup
