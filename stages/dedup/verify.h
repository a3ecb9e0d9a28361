#pragma once

#include <cstdint>
#include <vector>

#include "stages/dedup/candidates.h"
#include "stages/dedup/record_sorter.h"
#include "stages/dedup/set_file.h"

namespace owt::dedup {

// How alike two sets are: the size of their intersection over that of their union, or over that of
// the smaller set.
enum class Measure { kJaccard, kContainment };

// Makes a set of `shingles`.
void SortAndUnify(std::vector<uint64_t>* shingles);

// 0 where a set that is divided by is empty.
double Similarity(Measure measure, ShingleSet a, ShingleSet b);

// The same where it is at least `threshold`, otherwise any number below it: gives up as soon as the
// threshold is out of reach.
double SimilarityAtLeast(Measure measure, ShingleSet a, ShingleSet b, double threshold);

// Two documents found alike, first < second, and the first band in which they met.
struct Edge {
  uint32_t first = 0;
  uint32_t second = 0;
  double similarity = 0;
  uint32_t band = 0;
};

// Edges as records that sort by first, second, similarity and band.
RecordSorter::Record RecordOf(const Edge& edge);
Edge EdgeOf(const RecordSorter::Record& record);

// Checks the candidates by their shingles and adds the pairs at or above the threshold to `edges`,
// some of them more than once. Of pairs every one is checked. In a large bucket a document is
// compared with the bucket's representatives, documents that were like none before them, of which
// there are kRepresentatives at most: linear where all pairs would be quadratic, and all copies of
// one text end in one cluster all the same. Runs on all threads of the arena; what is added does
// not depend on them. Memory: kRepresentatives sets, and two a thread. Returns the number of
// comparisons.
uint64_t Verify(Candidates* candidates, const SetFile& sets, Measure measure, double threshold,
                RecordSorter* edges);

constexpr size_t kRepresentatives = 32;

}  // namespace owt::dedup
