#include "stages/dedup/lsh.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "stages/dedup/minhash.h"

namespace owt::dedup {
namespace {

// reference/dedup.md: Megatron's 10 x 10, datatrove's 14 x 8, and 20 x 5.
TEST(CandidateProbabilityTest, PublishedValues) {
  EXPECT_NEAR(CandidateProbability(0.7, {10, 10}), 0.249, 0.0005);
  EXPECT_NEAR(CandidateProbability(0.8, {10, 10}), 0.679, 0.0005);
  EXPECT_NEAR(CandidateProbability(0.8, {14, 8}), 0.924, 0.0005);
  EXPECT_NEAR(CandidateProbability(0.7, {20, 5}), 0.975, 0.0005);
}

TEST(ChooseGeometryTest, ReachesTheRecallWithTheMostRows) {
  for (double threshold = 0.05; threshold <= 1; threshold += 0.01) {
    const BandGeometry geometry = ChooseGeometry(threshold, 128);
    EXPECT_LE(geometry.bands * geometry.rows, 128);
    EXPECT_GE(CandidateProbability(threshold, geometry), 0.95) << threshold;
    const BandGeometry more{128 / (geometry.rows + 1), geometry.rows + 1};
    if (more.bands > 0) {
      EXPECT_LT(CandidateProbability(threshold, more), 0.95) << threshold;
    }
  }
  EXPECT_EQ(ChooseGeometry(0.8, 128), (BandGeometry{18, 7}));
  EXPECT_EQ(ChooseGeometry(1.0, 128), (BandGeometry{1, 128}));
}

TEST(BandKeysTest, EqualRowsOfOneBandOnly) {
  std::vector<uint32_t> a(12), b(12);
  for (uint32_t i = 0; i < 12; ++i) b[i] = a[i] = i % 4;  // all bands hold the same rows
  b[5] = 99;
  std::vector<uint64_t> keys_a(3), keys_b(3);
  BandKeys(a, {3, 4}, keys_a);
  BandKeys(b, {3, 4}, keys_b);
  EXPECT_EQ(keys_a[0], keys_b[0]);
  EXPECT_NE(keys_a[1], keys_b[1]);
  EXPECT_EQ(keys_a[2], keys_b[2]);
  EXPECT_EQ(std::set<uint64_t>(keys_a.begin(), keys_a.end()).size(), 3u) << "bands are not mixed";
}

// Pairs of sets at graded similarity become candidates as often as theory says.
TEST(LshTest, CandidateRecallFollowsTheoryInEveryDecile) {
  constexpr int kTrials = 1500;
  const BandGeometry geometry = ChooseGeometry(0.8, 128);
  std::mt19937_64 random(5);
  for (int decile = 4; decile <= 9; ++decile) {
    // 100 shingles in the union, of which `shared` are common: J is exact.
    const int shared = decile * 10 + 5;
    const double probability = CandidateProbability(shared / 100.0, geometry);
    int found = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<uint64_t> a, b;
      for (int i = 0; i < 100; ++i) {
        const uint64_t hash = random();
        if (i < shared || i % 2 == 0) a.push_back(hash);
        if (i < shared || i % 2 == 1) b.push_back(hash);
      }
      const MinHasher hasher(Family::kKperm32, 128, static_cast<uint64_t>(trial));
      std::vector<uint64_t> keys_a(static_cast<size_t>(geometry.bands)), keys_b(keys_a.size());
      BandKeys(hasher.Sign(a).narrow, geometry, keys_a);
      BandKeys(hasher.Sign(b).narrow, geometry, keys_b);
      bool share_a_band = false;
      for (size_t band = 0; band < keys_a.size(); ++band)
        share_a_band |= keys_a[band] == keys_b[band];
      found += share_a_band;
    }
    const double sigma = std::sqrt(probability * (1 - probability) / kTrials);
    EXPECT_NEAR(static_cast<double>(found) / kTrials, probability, 3.5 * sigma + 1e-3) << shared;
  }
}

}  // namespace
}  // namespace owt::dedup
