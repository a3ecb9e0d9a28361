#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/large_pages.h"

namespace owt::train_tokenizer {

// Two adjacent tokens as one number that orders as (left, right).
constexpr uint64_t PairOf(uint32_t left, uint32_t right) { return uint64_t{left} << 32 | right; }

constexpr uint32_t LeftOf(uint64_t pair) { return static_cast<uint32_t>(pair >> 32); }

constexpr uint32_t RightOf(uint64_t pair) { return static_cast<uint32_t>(pair); }

// Pairs with their counts, by open addressing. Not thread-safe.
class PairTable {
 public:
  // Asks for the memory of a pair that is soon needed.
  void Prefetch(uint64_t pair) const { __builtin_prefetch(&entries_[Start(pair)], /*write*/ 1); }

  // The count of `pair`, nullptr if it is not there. Valid until the next Insert.
  int64_t* Find(uint64_t pair) {
    Entry& entry = entries_[Place(pair)];
    return entry.pair == pair ? &entry.count : nullptr;
  }

  // REQUIRES: it is not there.
  void Insert(uint64_t pair, int64_t count) {
    if (++size_ * 2 > entries_.size()) Grow();
    entries_[Place(pair)] = {pair, count};
  }

 private:
  static constexpr uint64_t kNone = ~uint64_t{0};

  struct Entry {
    uint64_t pair = kNone;
    int64_t count = 0;
  };

  using Entries = std::vector<Entry, LargePages<Entry>>;

  size_t Start(uint64_t pair) const {
    const uint64_t mixed = (pair ^ pair >> 29) * 0x9E3779B97F4A7C15U;
    return static_cast<size_t>(mixed >> 32) & (entries_.size() - 1);
  }

  // Where the pair is or belongs.
  size_t Place(uint64_t pair) const {
    size_t i = Start(pair);
    while (entries_[i].pair != pair && entries_[i].pair != kNone) {
      i = (i + 1) & (entries_.size() - 1);
    }
    return i;
  }

  void Grow() {
    Entries old(entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.pair != kNone) entries_[Place(entry.pair)] = entry;
    }
  }

  Entries entries_ = Entries(size_t{1} << 16);
  size_t size_ = 0;
};

}  // namespace owt::train_tokenizer
