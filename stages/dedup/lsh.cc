#include "stages/dedup/lsh.h"

#include <cmath>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace owt::dedup {
namespace {

template <typename Slot>
void HashBands(std::span<const Slot> signature, BandGeometry geometry, std::span<uint64_t> keys) {
  const size_t rows = static_cast<size_t>(geometry.rows);
  for (size_t band = 0; band < keys.size(); ++band) {
    keys[band] = XXH3_64bits_withSeed(&signature[band * rows], rows * sizeof(Slot), band);
  }
}

}  // namespace

double CandidateProbability(double jaccard, BandGeometry geometry) {
  return 1 - std::pow(1 - std::pow(jaccard, geometry.rows), geometry.bands);
}

BandGeometry ChooseGeometry(double threshold, int num_slots, double recall) {
  for (int rows = num_slots; rows > 1; --rows) {
    const BandGeometry geometry{num_slots / rows, rows};
    if (CandidateProbability(threshold, geometry) >= recall) return geometry;
  }
  return {num_slots, 1};
}

void BandKeys(std::span<const uint32_t> signature, BandGeometry geometry,
              std::span<uint64_t> keys) {
  HashBands(signature, geometry, keys);
}

void BandKeys(std::span<const uint64_t> signature, BandGeometry geometry,
              std::span<uint64_t> keys) {
  HashBands(signature, geometry, keys);
}

}  // namespace owt::dedup
