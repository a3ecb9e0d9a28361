#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace owt::train_tokenizer {

// Two adjacent tokens as one number that orders as (left, right).
constexpr uint64_t PairOf(uint32_t left, uint32_t right) { return uint64_t{left} << 32 | right; }

constexpr uint32_t LeftOf(uint64_t pair) { return static_cast<uint32_t>(pair >> 32); }

constexpr uint32_t RightOf(uint64_t pair) { return static_cast<uint32_t>(pair); }

// Pairs with their counts, by open addressing. Not thread-safe.
class PairTable {
 public:
  struct Entry {
    uint64_t pair = kNone;
    int64_t count = 0;
    uint32_t round = ~uint32_t{0};  // in which `words` was made
    uint32_t words = 0;             // index of the list of words with new occurrences
  };

  // The entry of `pair`, new with count 0 if there is none. Valid until the next call.
  Entry& At(uint64_t pair) {
    size_t i = Place(pair);
    if (entries_[i].pair == pair) return entries_[i];
    if (++size_ * 2 > entries_.size()) {
      Grow();
      i = Place(pair);
    }
    entries_[i].pair = pair;
    return entries_[i];
  }

 private:
  static constexpr uint64_t kNone = ~uint64_t{0};

  // Where the pair is or belongs.
  size_t Place(uint64_t pair) const {
    const size_t mask = entries_.size() - 1;
    const uint64_t mixed = (pair ^ pair >> 29) * 0x9E3779B97F4A7C15u;
    size_t i = static_cast<size_t>(mixed >> 32) & mask;
    while (entries_[i].pair != pair && entries_[i].pair != kNone) i = (i + 1) & mask;
    return i;
  }

  void Grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.pair != kNone) entries_[Place(entry.pair)] = entry;
    }
  }

  std::vector<Entry> entries_ = std::vector<Entry>(size_t{1} << 16);
  size_t size_ = 0;
};

}  // namespace owt::train_tokenizer
