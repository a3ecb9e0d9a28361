#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/dedup/family.h"
#include "stages/dedup/kernel.h"
#include "stages/text/simd_tier.h"

namespace owt::dedup {

// The slots of one text, in the width of its family: the other vector is empty (or, while slots
// are filled, working space).
struct Signature {
  std::vector<uint32_t> narrow;
  std::vector<uint64_t> wide;
};

// MinHash signatures: slot j holds the least value that permutation j gives any shingle. The equal
// part of two signatures estimates the Jaccard index of the sets of shingles with a standard
// deviation of sqrt(J (1 - J) / slots).
//
// Of `kperm32` permutation j is a_j * h + b_j mod 2^32 with a_j odd, of the low 32 bits h of the
// shingle's hash. As the hashes are well mixed already, this behaves as independent permutations do
// (tests/conformance/dedup_datasketch.py) and is three operations a slot.
//
// A signature depends on the hashes, the number of slots and the seed alone; every machine and
// every set of instructions gives the same. Immutable after construction, thread-safe.
class MinHasher {
 public:
  // Slot j's numbers do not depend on how many slots there are, but for families whose traits say
  // otherwise. REQUIRES: num_slots > 0, and a seed below 2^32 for other families than kperm32.
  MinHasher(Family family, size_t num_slots, uint64_t seed,
            text::SimdTier tier = text::BestSimdTier());

  // A signature of nothing: the largest numbers.
  void Start(Signature* signature) const;

  // Adds shingles, by the hash that the family takes (sketch.h). Order and repetition do not
  // matter. A shingle and 128 slots of kperm32 take 4.5 ns with AVX2 at 3.1 GHz (Zen 3).
  // REQUIRES: another family than megatron.
  void Add(std::span<const uint64_t> hashes, Signature* signature) const;

  // Adds all windows of `size` bytes. REQUIRES: the family megatron.
  void AddWindows(std::string_view bytes, size_t size, Signature* signature) const;

  // Leaves num_slots() slots of the family's width; nothing may be added after it.
  void Finish(Signature* signature) const;

  // All at once.
  Signature Sign(std::span<const uint64_t> hashes) const;

  Family family() const { return family_; }

  size_t num_slots() const { return num_slots_; }

  // A slot's numbers, for slow versions in tests: a and b, or megatron's seed and 0.
  uint64_t multiplier(size_t slot) const { return is_wide_ ? wide_a_[slot] : narrow_a_[slot]; }

  uint64_t addend(size_t slot) const { return is_wide_ ? wide_b_[slot] : narrow_b_[slot]; }

 private:
  void Draw(uint64_t seed);

  Family family_;
  size_t num_slots_;
  size_t padded_slots_;  // whole blocks of the kernel
  bool is_wide_;         // 64-bit arithmetic
  const DedupKernel* kernel_;
  std::vector<uint32_t> narrow_a_, narrow_b_;
  std::vector<uint64_t> wide_a_, wide_b_;
};

// The part of equal slots. REQUIRES: equal sizes above 0.
double EstimateJaccard(std::span<const uint32_t> a, std::span<const uint32_t> b);

}  // namespace owt::dedup
