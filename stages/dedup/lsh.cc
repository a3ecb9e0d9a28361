#include "stages/dedup/lsh.h"

#include <oneapi/tbb/parallel_sort.h>

#include <cmath>
#include <unordered_set>
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

void Buckets::Add(std::span<const uint32_t> members) {
  members_.insert(members_.end(), members.begin(), members.end());
  starts_.push_back(members_.size());
}

Buckets FindBuckets(std::span<const uint32_t> documents, std::span<const uint64_t> keys,
                    int bands) {
  Buckets buckets;
  std::unordered_set<uint64_t> seen;  // hashes of the sets
  std::vector<std::pair<uint64_t, uint32_t>> sorted(documents.size());
  std::vector<uint32_t> members;
  for (size_t band = 0; band < static_cast<size_t>(bands); ++band) {
    for (size_t i = 0; i < documents.size(); ++i) {
      sorted[i] = {keys[i * static_cast<size_t>(bands) + band], documents[i]};
    }
    oneapi::tbb::parallel_sort(sorted.begin(), sorted.end());
    for (size_t begin = 0, end; begin < sorted.size(); begin = end) {
      end = begin + 1;
      while (end < sorted.size() && sorted[end].first == sorted[begin].first) ++end;
      if (end - begin < 2) continue;
      members.clear();
      for (size_t i = begin; i < end; ++i) members.push_back(sorted[i].second);
      if (seen.insert(XXH3_64bits(members.data(), members.size() * sizeof(uint32_t))).second) {
        buckets.Add(members);
      }
    }
  }
  return buckets;
}

}  // namespace owt::dedup
