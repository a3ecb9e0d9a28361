#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace owt::dedup {

// MinHash signatures of the family `kperm32`: slot j holds the least (a_j * h + b_j) mod 2^32 over
// the low 32 bits h of the shingles' hashes, with a_j odd. As the hashes are well mixed already,
// this behaves as well as independent permutations (measured in tests/conformance) and is three
// operations per slot. The equal part of two signatures estimates the Jaccard index of the
// shingle sets with a standard deviation of sqrt(J (1 - J) / slots).
//
// The signature depends on the hashes, the number of slots and the seed alone; every machine gives
// the same. Immutable after construction, thread-safe.
class MinHasher {
 public:
  // Slot j's numbers do not depend on how many slots there are.
  MinHasher(size_t num_slots, uint64_t seed);

  // Writes num_slots() values; all 2^32 - 1 where there is no shingle. Order and repetition of
  // shingles do not matter. About 2 ns per shingle and 128 slots with AVX-512, 4 with AVX2.
  void Sign(std::span<const uint64_t> shingles, std::span<uint32_t> signature) const;

  size_t num_slots() const { return num_slots_; }

  // A slot's numbers, for slow versions in tests.
  uint32_t multiplier(size_t slot) const { return multipliers_[slot]; }

  uint32_t addend(size_t slot) const { return addends_[slot]; }

 private:
  size_t num_slots_;
  std::vector<uint32_t> multipliers_;  // padded to whole blocks of the kernel
  std::vector<uint32_t> addends_;
};

// The part of equal slots. REQUIRES: equal sizes above 0.
double EstimateJaccard(std::span<const uint32_t> a, std::span<const uint32_t> b);

}  // namespace owt::dedup
