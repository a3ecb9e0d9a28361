#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace owt::dedup {

// A set of record numbers 0..size-1: a bit each, and a sixteenth of one more to count by. Reading
// is thread-safe.
class RecordSet {
 public:
  explicit RecordSet(uint64_t size = 0) : size_(size), words_((size + 511) / 512 * 8) {}

  uint64_t size() const { return size_; }

  void Add(uint64_t record) { words_[record / 64] |= uint64_t{1} << (record % 64); }

  void Add(const RecordSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

  bool Has(uint64_t record) const { return (words_[record / 64] >> (record % 64) & 1) != 0; }

  // For files: the bits, in whole groups.
  const std::vector<uint64_t>& words() const { return words_; }

  // False where they are not as many, or have a bit beyond size().
  bool SetWords(std::vector<uint64_t> words) {
    if (words.size() != words_.size()) return false;
    words_ = std::move(words);
    for (uint64_t i = size_; i < words_.size() * 64; ++i) {
      if (Has(i)) return false;
    }
    return true;
  }

  // After the last Add, before Rank and count.
  void Seal() {
    counts_.assign(1, 0);
    for (size_t i = 0; i < words_.size(); i += 8) {
      uint64_t count = counts_.back();
      for (size_t j = 0; j < 8; ++j) count += static_cast<uint64_t>(std::popcount(words_[i + j]));
      counts_.push_back(count);
    }
  }

  uint64_t count() const { return counts_.back(); }

  // How many members are below `record`, which may be `size`.
  uint64_t Rank(uint64_t record) const {
    uint64_t rank = counts_[record / 512];
    for (uint64_t i = record / 512 * 8; i < record / 64; ++i) {
      rank += static_cast<uint64_t>(std::popcount(words_[i]));
    }
    if (record % 64 == 0) return rank;
    const uint64_t below = words_[record / 64] << (64 - record % 64);
    return rank + static_cast<uint64_t>(std::popcount(below));
  }

  template <typename OnRecord>
  void ForEach(const OnRecord& on_record) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t left = words_[i]; left != 0; left &= left - 1) {
        on_record(i * 64 + static_cast<uint64_t>(std::countr_zero(left)));
      }
    }
  }

 private:
  uint64_t size_;
  std::vector<uint64_t> words_;   // whole groups of eight
  std::vector<uint64_t> counts_;  // members below each group
};

}  // namespace owt::dedup
