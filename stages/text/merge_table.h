#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/gpt2_vocab.h"

namespace owt::text {

// What two adjacent tokens become. Immutable once made, so any number of threads may read it; about
// 1.5 MiB for GPT-2's 50,000 merges.
//
// Every token has a small hash table of its own, of the tokens with which it merges when they stand
// behind it, and those of frequent tokens lie side by side since their ids are near each other:
// what a text needs stays in the processor's nearest caches.
class MergeTable {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  // Of two equal pairs the first one counts.
  explicit MergeTable(const formats::Gpt2Vocab& vocab);

  // The id of the merged token, or kNone. REQUIRES: left <= stranger().
  uint32_t Find(uint32_t left, uint32_t right) const {
    const Row& row = rows_[left];
    for (uint32_t i = Hash(right);; ++i) {
      const Entry& entry = entries_[row.begin + (i & row.mask)];
      if (entry.right == right || entry.right == kNone) return entry.merged;
    }
  }

  // An id that merges with nothing.
  uint32_t stranger() const { return static_cast<uint32_t>(rows_.size()) - 1; }

 private:
  struct Row {
    uint32_t begin = 0;  // there is always an empty place in a row; the one at 0 is all there is
    uint32_t mask = 0;   // its size - 1
  };

  struct Entry {
    uint32_t right = kNone;  // kNone: empty
    uint32_t merged = kNone;
  };

  static uint32_t Hash(uint32_t right) {
    return static_cast<uint32_t>(right * 0x9E3779B97F4A7C15u >> 32);  // 2^64 / golden ratio, odd
  }

  std::vector<Row> rows_;  // by left
  std::vector<Entry> entries_;
};

}  // namespace owt::text
