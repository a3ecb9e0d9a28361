#include "stages/shuffle/head.h"

#include <algorithm>

namespace owt::shuffle {

namespace {

constexpr int kBinBits = 16;
constexpr size_t kLeastPositions = 1024;  // selecting is not worth less

}  // namespace

HeadLimit::HeadLimit(uint64_t head, size_t memory_bytes) : head_(head) {
  if (head <= memory_bytes / (2 * sizeof(uint64_t))) {
    smallest_.reserve(std::max<size_t>(2 * head, kLeastPositions));
  } else {
    bins_.resize(size_t{1} << kBinBits);
  }
}

void HeadLimit::Note(std::span<const uint64_t> positions) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (bins_.empty()) {
    NoteExact(positions);
  } else {
    NoteBins(positions);
  }
}

void HeadLimit::NoteExact(std::span<const uint64_t> positions) {
  for (const uint64_t position : positions) {
    if (position > last()) continue;
    smallest_.push_back(position);
    if (smallest_.size() < smallest_.capacity()) continue;
    const auto nth = smallest_.begin() + static_cast<ptrdiff_t>(head_ - 1);
    std::nth_element(smallest_.begin(), nth, smallest_.end());
    last_.store(*nth, std::memory_order_relaxed);
    smallest_.resize(head_);
  }
}

void HeadLimit::NoteBins(std::span<const uint64_t> positions) {
  uint64_t top = last() >> (64 - kBinBits);
  for (const uint64_t position : positions) {
    const uint64_t bin = position >> (64 - kBinBits);
    if (bin > top) continue;
    ++bins_[bin];
    ++below_;
    while (below_ - bins_[top] >= head_) below_ -= bins_[top--];
  }
  const uint64_t above = 64 - kBinBits;
  last_.store((top << above) | ((uint64_t{1} << above) - 1), std::memory_order_relaxed);
}

}  // namespace owt::shuffle
