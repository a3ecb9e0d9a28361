#include "stages/shuffle/prf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace owt::shuffle {
namespace {

// Pearson's statistic of counts that should be equal, as a standard normal number
// (Wilson-Hilferty).
double ChiSquareZ(const std::vector<uint64_t>& counts) {
  const double total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), 0ul));
  const double expected = total / static_cast<double>(counts.size());
  double chi = 0;
  for (const uint64_t count : counts) {
    const double difference = static_cast<double>(count) - expected;
    chi += difference * difference / expected;
  }
  const double k = static_cast<double>(counts.size() - 1);
  return (std::cbrt(chi / k) - (1 - 2 / (9 * k))) / std::sqrt(2 / (9 * k));
}

// From tests/reference/shuffle.py, which was written for itself.
TEST(PrfTest, KnownAnswers) {
  constexpr std::array<uint64_t, 5> kOrdinals = {0, 1, 2, 1000000, uint64_t{1} << 63};

  struct Row {
    uint64_t seed;
    std::array<uint64_t, 5> keys;
  };

  constexpr Row kRows[] = {
      {0,
       {0x5de773ba0e27eb31, 0xa3bfdc6b8d33fc99, 0xc9998f7dda3258d2, 0xf9d51d05a4e96c2c,
        0xdfaaa68d90ea82e}},
      {1234,
       {0x4994523b82fe11d5, 0x8b771c735bddbf81, 0x840ca2ed3ffa0250, 0xc2e12f939a568555,
        0x141979b35c215dba}},
      {~uint64_t{0},
       {0x75ff1b96774e6016, 0x5d95f59d1e4567d3, 0x5bdbda4c838bd302, 0x139ace68360cb730,
        0x26c1c8c9d7853e07}},
  };
  for (const Row& row : kRows) {
    for (size_t i = 0; i < kOrdinals.size(); ++i) {
      EXPECT_EQ(Prf(row.seed)(kOrdinals[i]), row.keys[i]) << row.seed << " " << kOrdinals[i];
    }
  }
}

// Where record i of n lands is uniform: over many seeds, every (record, place) is as frequent.
TEST(PrfTest, EveryRecordGoesEverywhereEquallyOften) {
  constexpr size_t kRecords = 12;
  constexpr uint64_t kSeeds = 60000;
  std::vector<uint64_t> counts(kRecords * kRecords);
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Prf prf(seed);
    std::array<std::pair<uint64_t, size_t>, kRecords> keyed;
    for (size_t i = 0; i < kRecords; ++i) keyed[i] = {prf(i), i};
    std::sort(keyed.begin(), keyed.end());
    for (size_t place = 0; place < kRecords; ++place)
      ++counts[keyed[place].second * kRecords + place];
  }
  EXPECT_LT(std::abs(ChiSquareZ(counts)), 4.5);
}

// All 720 orders of six records are as frequent.
TEST(PrfTest, EveryOrderIsEquallyFrequent) {
  constexpr size_t kRecords = 6;
  std::vector<uint64_t> counts(720);
  for (uint64_t seed = 0; seed < 200000; ++seed) {
    const Prf prf(seed);
    std::array<uint64_t, kRecords> keys;
    for (size_t i = 0; i < kRecords; ++i) keys[i] = prf(1000 + i);
    size_t rank = 0;  // Lehmer code
    for (size_t i = 0; i < kRecords; ++i) {
      const auto smaller = std::count_if(keys.begin() + i + 1, keys.end(),
                                         [&](uint64_t key) { return key < keys[i]; });
      rank = rank * (kRecords - i) + static_cast<size_t>(smaller);
    }
    ++counts[rank];
  }
  EXPECT_LT(std::abs(ChiSquareZ(counts)), 4.5);
}

// Neighbours in the input are as independent in the output as any two records.
TEST(PrfTest, KeysOfNeighboursAreIndependent) {
  const Prf prf(7);
  std::vector<uint64_t> counts(64 * 64);
  for (uint64_t i = 0; i < 1000000; ++i) ++counts[(prf(i) >> 58) * 64 + (prf(i + 1) >> 58)];
  EXPECT_LT(std::abs(ChiSquareZ(counts)), 4.5);
}

TEST(OrderTest, ShardsDivideTheRecordsAndKeepTheOrder) {
  constexpr uint64_t kRecords = 10000;
  const Order whole(5);
  for (const uint32_t num_shards : {2u, 3u, 7u}) {
    std::vector<uint64_t> per_shard(num_shards);
    std::vector<std::pair<uint64_t, uint64_t>> expected;
    for (uint64_t i = 0; i < kRecords; ++i) {
      uint64_t position;
      ASSERT_TRUE(whole.Place(i, &position));
      expected.emplace_back(position, i);
    }
    std::sort(expected.begin(), expected.end());
    std::vector<uint64_t> order;
    for (uint32_t shard = 0; shard < num_shards; ++shard) {
      std::vector<std::pair<uint64_t, uint64_t>> part;
      for (uint64_t i = 0; i < kRecords; ++i) {
        uint64_t position;
        if (Order(5, shard, num_shards).Place(i, &position)) part.emplace_back(position, i);
      }
      std::sort(part.begin(), part.end());
      per_shard[shard] = part.size();
      for (const auto& [position, ordinal] : part) order.push_back(ordinal);
    }
    ASSERT_EQ(order.size(), kRecords);
    for (uint64_t i = 0; i < kRecords; ++i) ASSERT_EQ(order[i], expected[i].second);
    EXPECT_LT(std::abs(ChiSquareZ(per_shard)), 4.5);
  }
}

}  // namespace
}  // namespace owt::shuffle
