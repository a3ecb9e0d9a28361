#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace owt::dedup {

// Locality-sensitive hashing: a signature is cut into bands of rows; texts that agree in all rows
// of any band share a bucket and are candidates.

struct BandGeometry {
  int bands = 0;
  int rows = 0;

  bool operator==(const BandGeometry&) const = default;
};

// The probability that two texts of Jaccard index `jaccard` share a bucket: 1 - (1 - J^rows)^bands.
double CandidateProbability(double jaccard, BandGeometry geometry);

// The most selective geometry (most rows) within `num_slots` slots that finds at least `recall` of
// the pairs right at the threshold, with all the bands that fit; as Megatron's 10 x 10 finds 25 %
// of the pairs at its own threshold of 0.7, the recall is what is asked for here. One row per band
// where nothing reaches it.
BandGeometry ChooseGeometry(double threshold, int num_slots, double recall = 0.95);

// A key per band: XXH3 of its rows, seeded with the band's number.
// REQUIRES: signature.size() >= bands * rows, keys.size() == bands.
void BandKeys(std::span<const uint32_t> signature, BandGeometry geometry, std::span<uint64_t> keys);
void BandKeys(std::span<const uint64_t> signature, BandGeometry geometry, std::span<uint64_t> keys);

// Sets of documents that share a band key, two or more each, in ascending order. Equal sets of
// different bands appear once.
class Buckets {
 public:
  size_t size() const { return starts_.size() - 1; }

  std::span<const uint32_t> operator[](size_t i) const {
    return std::span(members_).subspan(starts_[i], starts_[i + 1] - starts_[i]);
  }

  void Add(std::span<const uint32_t> members);

 private:
  std::vector<uint32_t> members_;
  std::vector<uint64_t> starts_ = {0};
};

// The buckets of `documents` (ascending), the i-th of which has the keys
// keys[i * bands, (i + 1) * bands). Sorts a band at a time on all threads of the arena; takes 32
// bytes per document beside the result, which does not depend on the threads.
Buckets FindBuckets(std::span<const uint32_t> documents, std::span<const uint64_t> keys, int bands);

}  // namespace owt::dedup
