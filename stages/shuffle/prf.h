#pragma once

#include <cstdint>

namespace owt::shuffle {

// The order of a shuffle. Record number `ordinal` (counted from 0 over all inputs, in the order
// they are listed) gets a 64-bit key that depends on the seed and the ordinal alone; the output is
// the records by ascending key. Memory, workers, file boundaries and compression do not enter.
//
// Key(x) = M(M(x ^ k0) ^ k1) ^ k2, an iterated Even-Mansour cipher whose public permutation M is
// Stafford's "Mix13" (the finalizer of SplitMix64, Steele, Lea, Flood 2014). For every seed it is a
// bijection of 64-bit numbers, so that no two records share a key and ties cannot happen. It is
// fast and statistically clean, not cryptographic: whoever must not guess the order from a part of
// it needs something else.

constexpr uint64_t Mix13(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

class Prf {
 public:
  constexpr explicit Prf(uint64_t seed)
      : k0_(Mix13(seed + kGamma)), k1_(Mix13(seed + 2 * kGamma)), k2_(Mix13(seed + 3 * kGamma)) {}

  constexpr uint64_t operator()(uint64_t ordinal) const {
    return Mix13(Mix13(ordinal ^ k0_) ^ k1_) ^ k2_;
  }

 private:
  static constexpr uint64_t kGamma = 0x9e3779b97f4a7c15u;  // SplitMix64's increment: 2^64 / phi
  uint64_t k0_, k1_, k2_;
};

// The part of the order that one shard of `num_shards` writes: shard i owns the keys of
// [i, i+1) * 2^64 / num_shards, so that the shards' outputs one after the other are the whole
// shuffle. REQUIRES: shard < num_shards.
class Order {
 public:
  constexpr explicit Order(uint64_t seed, uint64_t shard = 0, uint64_t num_shards = 1)
      : prf_(seed), shard_(shard), num_shards_(num_shards) {}

  // False where the record belongs to another shard. `*position` grows with the key and is spread
  // evenly over all 64-bit numbers whatever the number of shards; no two records share one.
  constexpr bool Place(uint64_t ordinal, uint64_t* position) const {
    const unsigned __int128 product = static_cast<unsigned __int128>(prf_(ordinal)) * num_shards_;
    *position = static_cast<uint64_t>(product);
    return static_cast<uint64_t>(product >> 64) == shard_;
  }

 private:
  Prf prf_;
  uint64_t shard_;
  uint64_t num_shards_;
};

}  // namespace owt::shuffle
