#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "stages/dedup/lsh.h"

namespace owt::dedup {

// A set of shingle hashes, sorted and without repetition.
using ShingleSet = std::span<const uint64_t>;

// Makes a set of `shingles`.
void SortAndUnify(std::vector<uint64_t>* shingles);

// Size of the intersection over size of the union; 0 for two empty sets.
double Jaccard(ShingleSet a, ShingleSet b);

// The same where it is at least `threshold`, otherwise any number below it: gives up as soon as the
// threshold is out of reach.
double JaccardAtLeast(ShingleSet a, ShingleSet b, double threshold);

// Two documents found alike.
struct Edge {
  uint32_t first = 0;  // the smaller
  uint32_t second = 0;
  double similarity = 0;
};

// Checks candidates by exact Jaccard index and returns the pairs at or above the threshold, sorted,
// each once. In buckets of up to kAllPairs documents every pair is checked. In larger ones a
// document is compared with the bucket's representatives, documents that were like none before
// them, of which there are kRepresentatives at most: linear where all pairs would be quadratic, and
// all copies of one text end in one cluster all the same. Runs on all threads of the arena; the
// result does not depend on them.
std::vector<Edge> Verify(const Buckets& buckets, double threshold,
                         const std::function<ShingleSet(uint32_t document)>& set_of);

constexpr size_t kAllPairs = 16;
constexpr size_t kRepresentatives = 32;

}  // namespace owt::dedup
