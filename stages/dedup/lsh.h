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

}  // namespace owt::dedup
