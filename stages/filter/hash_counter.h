#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace owt::filter {

// Counts 64-bit hashes of things; two things with one hash count as the same (about one pair in
// 10^19). Open addressing, linear probing, at most half full. Keeps its memory: one per thread.
class HashCounter {
 public:
  struct Entry {
    uint64_t hash;  // never 0
    uint64_t count;
  };

  // Empties the table and makes room for `max_hashes` different ones. Costs time in their number.
  void Reset(size_t max_hashes) {
    const size_t size = std::bit_ceil(std::max<size_t>(2 * max_hashes, 16));
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(size));
    entries_.assign(size, Entry{0, 0});
  }

  // Counts the hash once more; returns how often it was counted before.
  uint64_t Add(uint64_t hash) { return Find(hash).count++; }

  uint64_t CountOf(uint64_t hash) { return Find(hash).count; }

  // Gives memory back that a very long text took.
  void Shrink(size_t max_bytes) {
    if (entries_.capacity() * sizeof(Entry) > max_bytes) entries_ = {};
  }

 private:
  Entry& Find(uint64_t hash) {
    hash |= hash == 0;
    const size_t mask = entries_.size() - 1;
    size_t i = hash >> shift_;
    while (entries_[i].hash != hash) {
      if (entries_[i].hash == 0) {
        entries_[i].hash = hash;
        break;
      }
      i = (i + 1) & mask;
    }
    return entries_[i];
  }

  std::vector<Entry> entries_;
  unsigned shift_ = 60;
};

}  // namespace owt::filter
