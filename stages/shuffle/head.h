#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace owt::shuffle {

// For `--head N`: the highest position that can still be among the first N of the order, as far as
// the records seen so far tell. Everything above it need not be kept. Exact (the N-th smallest so
// far, on the average a little late) where 2 N positions fit into `memory_bytes`, else to one part
// in 65,536. What is dropped never depends on it: it only saves work. Thread-safe.
class HeadLimit {
 public:
  // REQUIRES: head > 0.
  HeadLimit(uint64_t head, size_t memory_bytes);

  // Positions above this are out.
  uint64_t last() const { return last_.load(std::memory_order_relaxed); }

  // Counts the positions of new records.
  void Note(std::span<const uint64_t> positions);

 private:
  void NoteExact(std::span<const uint64_t> positions);
  void NoteBins(std::span<const uint64_t> positions);

  const uint64_t head_;
  std::atomic<uint64_t> last_ = ~uint64_t{0};
  std::mutex mutex_;
  // One of the two, guarded by mutex_: up to 2 N positions, or counts by the top 16 bits.
  std::vector<uint64_t> smallest_;
  std::vector<uint64_t> bins_;
  uint64_t below_ = 0;  // positions counted in bins up to last_'s
};

}  // namespace owt::shuffle
