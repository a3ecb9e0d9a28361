#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "pipeline/large_pages.h"

namespace owt::filter {

// Tells which hashes come more than once, from a few of their bits and to the safe side: one in
// eight of the others is named too. Takes four bytes a hash, mostly in a near cache where a table
// of the hashes would not be.
class RepeatGuess {
 public:
  // Empties it, for so many hashes.
  void Reset(size_t num_hashes) {
    const size_t slots = std::bit_ceil(kSlotsEach * num_hashes + kSlotsEach);
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots));
    slots_.resize(slots / kSlotsInByte);
    std::memset(slots_.data(), 0, slots_.size());
  }

  void Add(uint64_t hash) {
    const uint64_t slot = hash >> shift_;
    const unsigned bit = BitOf(slot);
    uint8_t& slots = slots_[slot / kSlotsInByte];
    const unsigned once = slots & 1U << bit;
    slots = static_cast<uint8_t>(slots | 1U << bit | once << 1);
  }

  // Whether a hash that was added may have been added twice.
  bool Repeats(uint64_t hash) const {
    const uint64_t slot = hash >> shift_;
    return (slots_[slot / kSlotsInByte] >> BitOf(slot) & 2) != 0;
  }

 private:
  static constexpr size_t kSlotsEach = 8;
  static constexpr size_t kSlotsInByte = 4;

  static unsigned BitOf(uint64_t slot) { return static_cast<unsigned>(slot % kSlotsInByte * 2); }

  // Two bits a slot: there was one, there was another.
  std::vector<uint8_t, LargePages<uint8_t>> slots_;
  unsigned shift_ = 63;
};

}  // namespace owt::filter
