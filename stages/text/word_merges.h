#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "formats/gpt2_vocab.h"

namespace owt::text {

// The merges of a vocabulary in the form in which vector code looks them up: ids of 16 bits, eight
// tokens with what they become in one look. Immutable and shared by all threads; about 1.3 MiB for
// GPT-2's.
class WordMerges {
 public:
  static constexpr uint16_t kNone = 0xFFFF;
  static constexpr size_t kBucketSize = 8;

  // Of one left token: those that may stand behind it, and what both become. Unused places hold
  // kNone twice.
  struct alignas(32) Bucket {
    uint16_t rights[kBucketSize];
    uint16_t merged[kBucketSize];
  };

  // Whether the ids, kNone and stranger() are different numbers.
  static bool Fits(const formats::Gpt2Vocab& vocab) { return vocab.size() < kNone; }

  // REQUIRES: Fits(vocab).
  explicit WordMerges(const formats::Gpt2Vocab& vocab);

  // The one bucket of `left` that may hold `right`.
  const Bucket& Find(uint32_t left, uint32_t right) const {
    const uint32_t row = rows_[left];
    return buckets_[(row >> kLogBits) + Place(right, row & ((1u << kLogBits) - 1))];
  }

  // Writes the ids of one to kFewBytes bytes of text, merged, and returns how many.
  static constexpr size_t kFewBytes = 3;
  unsigned EncodeFew(const uint8_t* bytes, size_t size, uint16_t* ids) const;

  // What two bytes become, or kNone; as they stand in a text: first + 256 * second.
  uint16_t byte_pair(uint16_t two) const { return byte_pairs_[two]; }

  // An id that merges with nothing.
  uint16_t stranger() const { return static_cast<uint16_t>(rows_.size() - 1); }

 private:
  static constexpr unsigned kLogBits = 5;

  // One of 2^log buckets.
  static uint32_t Place(uint32_t right, unsigned log) {
    const uint32_t hash = right * 0x9E3779B1u;  // 2^32 / golden ratio, odd
    return static_cast<uint32_t>(uint64_t{hash} << log >> 32);
  }

  uint16_t Merged(uint16_t left, uint16_t right) const;
  bool Fill(std::span<const formats::MergePair> merges, std::span<const uint32_t> ranks,
            uint32_t begin, unsigned log);

  std::array<uint16_t, 256> byte_ids_;
  std::vector<uint16_t> byte_pairs_;
  std::vector<uint32_t> rows_;  // by left: first bucket * 2^kLogBits + log of how many
  std::vector<Bucket> buckets_;
};

}  // namespace owt::text
