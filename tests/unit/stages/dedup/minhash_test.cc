#include "stages/dedup/minhash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tests/reference/slow_minhash.h"

namespace owt::dedup {
namespace {

std::vector<uint64_t> RandomHashes(size_t count, std::mt19937_64* random) {
  std::vector<uint64_t> hashes(count);
  for (uint64_t& hash : hashes) hash = (*random)();
  return hashes;
}

// The definition, slot by slot: megatron aside.
Signature SlowSignature(const MinHasher& hasher, const std::vector<uint64_t>& hashes) {
  Signature signature;
  const bool is_wide = TraitsOf(hasher.family()).slot_bytes == 8;
  for (size_t slot = 0; slot < hasher.num_slots(); ++slot) {
    uint64_t least = is_wide ? ~uint64_t{0} >> 1 : ~uint32_t{0};
    for (const uint64_t hash : hashes) {
      const uint64_t a = hasher.multiplier(slot);
      const uint64_t b = hasher.addend(slot);
      uint64_t value = a * hash + b;
      if (is_wide) value = reference::MersenneValue(a, b, hash);
      if (hasher.family() == Family::kDatasketchLegacy)
        value = reference::MersenneValue(a, b, hash);
      if (!is_wide) value = static_cast<uint32_t>(value);
      least = std::min(least, value);
    }
    if (is_wide) {
      signature.wide.push_back(least);
    } else {
      signature.narrow.push_back(static_cast<uint32_t>(least));
    }
  }
  return signature;
}

constexpr Family kOfHashes[] = {Family::kKperm32, Family::kDatasketch, Family::kDatasketchLegacy,
                                Family::kDatatrove};

TEST(MinHasherTest, EqualsItsDefinitionWithAllInstructions) {
  for (const Family family : kOfHashes) {
    for (const text::SimdTier tier : text::SimdTiers()) {
      std::mt19937_64 random(1);
      for (const size_t slots : {1, 7, 16, 17, 33, 64, 65, 100, 112, 128, 256}) {
        const MinHasher hasher(family, slots, 42, tier);
        for (const size_t count : {0, 1, 2, 15, 16, 17, 500}) {
          std::vector<uint64_t> hashes = RandomHashes(count, &random);
          if (family == Family::kDatasketchLegacy) {
            for (uint64_t& hash : hashes) hash &= 0xFFFFFFFFu;
          }
          const Signature signature = hasher.Sign(hashes);
          const Signature slow = SlowSignature(hasher, hashes);
          ASSERT_EQ(signature.narrow, slow.narrow) << TraitsOf(family).name << " " << slots;
          ASSERT_EQ(signature.wide, slow.wide) << TraitsOf(family).name << " " << slots;
        }
      }
    }
  }
}

TEST(MinHasherTest, MegatronEqualsItsDefinitionWithAllInstructions) {
  std::mt19937_64 random(1);
  for (const text::SimdTier tier : text::SimdTiers()) {
    const MinHasher hasher(Family::kMegatron, 100, 1234, tier);
    for (const size_t size : {1, 3, 4, 5, 8, 11, 64}) {
      for (const size_t length : {0, 4, 5, 6, 70, 1200}) {
        std::string text(length, '\0');
        for (char& c : text) c = static_cast<char>(random());
        Signature signature;
        hasher.Start(&signature);
        hasher.AddWindows(text, size, &signature);
        hasher.Finish(&signature);
        for (size_t slot = 0; slot < 100; ++slot) {
          int32_t least = -1;
          for (size_t i = 0; i + size <= length; ++i) {
            const auto seed = static_cast<uint32_t>(hasher.multiplier(slot));
            const uint32_t hash = reference::Murmur32(std::string_view(text).substr(i, size), seed);
            least = std::min(least, static_cast<int32_t>(hash));
          }
          ASSERT_EQ(signature.narrow[slot], static_cast<uint32_t>(least)) << size << " " << length;
        }
      }
    }
  }
}

// The first parameters of the packages: reference/dedup.md has them from numpy itself.
TEST(MinHasherTest, ParametersAreThoseOfThePackages) {
  const MinHasher legacy(Family::kDatasketchLegacy, 3, 1);
  EXPECT_EQ(legacy.multiplier(0), 775169054918279404u);
  EXPECT_EQ(legacy.addend(0), 1758426461858698312u);
  EXPECT_EQ(legacy.multiplier(1), 2109959069025162u);
  EXPECT_EQ(legacy.addend(1), 965365488286768773u);
  EXPECT_EQ(legacy.multiplier(2), 401325382989534145u);
  EXPECT_EQ(legacy.addend(2), 1703346441743126657u);
  const MinHasher datatrove(Family::kDatatrove, 112, 1);
  EXPECT_EQ(datatrove.multiplier(0), 775169054918279404u);
  EXPECT_EQ(datatrove.multiplier(1), 1758426461858698313u);
  EXPECT_EQ(datatrove.addend(0), 1062448801025099917u);
  const MinHasher datasketch(Family::kDatasketch, 128, 1);
  EXPECT_EQ(datasketch.multiplier(0), 3582191691u);
  EXPECT_EQ(datasketch.addend(0), 214548472u);
  const MinHasher megatron(Family::kMegatron, 100, 1234);
  const std::vector<uint64_t> seeds = {486191, 451283, 165158, 908341, 978124};
  for (size_t i = 0; i < seeds.size(); ++i) EXPECT_EQ(megatron.multiplier(i), seeds[i]);
}

TEST(MinHasherTest, MultipliersAreOddAndDoNotDependOnTheNumberOfSlots) {
  const MinHasher few(Family::kKperm32, 10, 7), many(Family::kKperm32, 200, 7),
      other(Family::kKperm32, 10, 8);
  size_t same = 0;
  for (size_t slot = 0; slot < 10; ++slot) {
    EXPECT_EQ(few.multiplier(slot) % 2, 1u);
    EXPECT_EQ(few.multiplier(slot), many.multiplier(slot));
    EXPECT_EQ(few.addend(slot), many.addend(slot));
    same += few.addend(slot) == other.addend(slot);
  }
  EXPECT_EQ(same, 0u);
}

TEST(MinHasherTest, OrderAndRepetitionDoNotMatter) {
  std::mt19937_64 random(2);
  std::vector<uint64_t> hashes = RandomHashes(100, &random);
  const MinHasher hasher(Family::kKperm32, 128, 1);
  const Signature before = hasher.Sign(hashes);
  std::reverse(hashes.begin(), hashes.end());
  hashes.insert(hashes.end(), hashes.begin(), hashes.begin() + 50);
  EXPECT_EQ(before.narrow, hasher.Sign(hashes).narrow);
}

// Mean and spread of the estimate are those of independent permutations: J, and J (1 - J) / slots.
TEST(MinHasherTest, EstimatesAsIndependentPermutationsDo) {
  constexpr size_t kNumSlots = 128;
  constexpr int kTrials = 3000;
  std::mt19937_64 random(3);
  for (const auto& [shared, own] : {std::pair{10, 1}, {40, 5}, {320, 40}, {100, 50}, {50, 100}}) {
    const double jaccard = static_cast<double>(shared) / (shared + 2 * own);
    double sum = 0;
    double sum_squares = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      const MinHasher hasher(Family::kKperm32, kNumSlots, static_cast<uint64_t>(trial));
      std::vector<uint64_t> a = RandomHashes(static_cast<size_t>(shared), &random);
      std::vector<uint64_t> b = a;
      for (int i = 0; i < own; ++i) {
        a.push_back(random());
        b.push_back(random());
      }
      const double error = EstimateJaccard(hasher.Sign(a).narrow, hasher.Sign(b).narrow) - jaccard;
      sum += error;
      sum_squares += error * error;
    }
    const double variance = jaccard * (1 - jaccard) / kNumSlots;
    EXPECT_NEAR(sum / kTrials, 0, 4.5 * std::sqrt(variance / kTrials)) << jaccard;
    EXPECT_NEAR(sum_squares / kTrials / variance, 1, 4.5 * std::sqrt(2.0 / kTrials) + 0.02)
        << jaccard;
  }
}

}  // namespace
}  // namespace owt::dedup
