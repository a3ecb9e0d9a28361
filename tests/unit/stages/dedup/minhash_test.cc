#include "stages/dedup/minhash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace owt::dedup {
namespace {

std::vector<uint64_t> RandomHashes(size_t count, std::mt19937_64* random) {
  std::vector<uint64_t> hashes(count);
  for (uint64_t& hash : hashes) hash = (*random)();
  return hashes;
}

// The definition, slot by slot.
std::vector<uint32_t> SlowSignature(const MinHasher& hasher, const std::vector<uint64_t>& hashes) {
  std::vector<uint32_t> signature(hasher.num_slots(), ~uint32_t{0});
  for (size_t slot = 0; slot < signature.size(); ++slot) {
    for (const uint64_t hash : hashes) {
      const uint32_t value =
          hasher.multiplier(slot) * static_cast<uint32_t>(hash) + hasher.addend(slot);
      signature[slot] = std::min(signature[slot], value);
    }
  }
  return signature;
}

TEST(MinHasherTest, EqualsItsDefinition) {
  std::mt19937_64 random(1);
  for (const size_t slots : {1, 7, 64, 65, 100, 128, 256}) {
    const MinHasher hasher(slots, 42);
    for (const size_t count : {0, 1, 2, 15, 16, 17, 500}) {
      const std::vector<uint64_t> hashes = RandomHashes(count, &random);
      std::vector<uint32_t> signature(slots);
      hasher.Sign(hashes, signature);
      ASSERT_EQ(signature, SlowSignature(hasher, hashes)) << slots << " " << count;
    }
  }
}

TEST(MinHasherTest, MultipliersAreOddAndDoNotDependOnTheNumberOfSlots) {
  const MinHasher few(10, 7), many(200, 7), other(10, 8);
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
  const MinHasher hasher(128, 1);
  std::vector<uint32_t> before(128), after(128);
  hasher.Sign(hashes, before);
  std::reverse(hashes.begin(), hashes.end());
  hashes.insert(hashes.end(), hashes.begin(), hashes.begin() + 50);
  hasher.Sign(hashes, after);
  EXPECT_EQ(before, after);
}

// Mean and spread of the estimate are those of independent permutations: J, and J (1 - J) / slots.
TEST(MinHasherTest, EstimatesAsIndependentPermutationsDo) {
  constexpr size_t kSlots = 128;
  constexpr int kTrials = 3000;
  std::mt19937_64 random(3);
  for (const auto& [shared, own] : {std::pair{10, 1}, {40, 5}, {320, 40}, {100, 50}, {50, 100}}) {
    const double jaccard = static_cast<double>(shared) / (shared + 2 * own);
    double sum = 0;
    double sum_squares = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      const MinHasher hasher(kSlots, static_cast<uint64_t>(trial));
      std::vector<uint64_t> a = RandomHashes(static_cast<size_t>(shared), &random);
      std::vector<uint64_t> b = a;
      for (int i = 0; i < own; ++i) {
        a.push_back(random());
        b.push_back(random());
      }
      std::vector<uint32_t> signature_a(kSlots), signature_b(kSlots);
      hasher.Sign(a, signature_a);
      hasher.Sign(b, signature_b);
      const double error = EstimateJaccard(signature_a, signature_b) - jaccard;
      sum += error;
      sum_squares += error * error;
    }
    const double variance = jaccard * (1 - jaccard) / kSlots;
    EXPECT_NEAR(sum / kTrials, 0, 4.5 * std::sqrt(variance / kTrials)) << jaccard;
    EXPECT_NEAR(sum_squares / kTrials / variance, 1, 4.5 * std::sqrt(2.0 / kTrials) + 0.02)
        << jaccard;
  }
}

}  // namespace
}  // namespace owt::dedup
