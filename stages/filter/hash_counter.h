#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/large_pages.h"

namespace owt::filter {

// Counts 64-bit hashes of things; two things with one hash count as the same (about one pair in
// 10^19). Open addressing, linear probing, at most half full: 32 to 128 bytes for each that
// differs. Keeps its memory: one per thread.
class HashCounter {
 public:
  struct Entry {
    uint64_t hash;  // never 0
    uint64_t count;
  };

  // Empties the table. `expected` hashes will come, of which few may differ.
  void Reset(size_t expected) {
    constexpr size_t kMost = 4096;
    used_ = 0;
    MakeEmpty(std::bit_ceil(std::clamp<size_t>(2 * expected, 16, kMost)));
  }

  // Counts the hash once more; returns how often it was counted before.
  uint64_t Add(uint64_t hash) {
    Entry* entry = Find(hash);
    if (entry->hash == 0) {
      if (2 * ++used_ > entries_.size()) {
        Grow();
        entry = Find(hash);
      }
      entry->hash = hash | static_cast<uint64_t>(hash == 0);
    }
    return entry->count++;
  }

  uint64_t CountOf(uint64_t hash) { return Find(hash)->count; }

  // Gives memory back that a very long text took.
  void Shrink(size_t max_bytes) {
    if (entries_.capacity() * sizeof(Entry) > max_bytes) entries_ = {};
  }

 private:
  using Entries = std::vector<Entry, LargePages<Entry>>;

  // Where the hash is, or the empty place for it.
  Entry* Find(uint64_t hash) {
    hash |= static_cast<uint64_t>(hash == 0);
    const size_t mask = entries_.size() - 1;
    size_t i = hash >> shift_;
    while (entries_[i].hash != hash && entries_[i].hash != 0) i = (i + 1) & mask;
    return &entries_[i];
  }

  void MakeEmpty(size_t size) {
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(size));
    entries_.resize(size);
    std::fill(entries_.begin(), entries_.end(), Entry{0, 0});
  }

  void Grow() {
    Entries old;
    old.swap(entries_);
    MakeEmpty(4 * old.size());
    for (const Entry& entry : old) {
      if (entry.hash != 0) *Find(entry.hash) = entry;
    }
  }

  Entries entries_;
  size_t used_ = 0;
  unsigned shift_ = 60;
};

}  // namespace owt::filter
