#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "stages/dedup/verify.h"

namespace owt::dedup {

// A document that goes, and why.
struct Removal {
  uint32_t document = 0;
  uint32_t kept = 0;      // the first document of its cluster, which stays
  bool is_exact = false;  // the text equals an earlier one's; otherwise only its shingles are alike
  double similarity = 0;  // Jaccard index with `kept`
  // Most similar document that it was found alike with. It differs from `kept` where the cluster is
  // a chain; `similarity` may then be below the threshold.
  uint32_t match = 0;
  double match_similarity = 0;
};

// Clusters are the connected parts of exact copies and verified edges; the first document of each
// stays. `first_copies` as Index::FirstCopies says; edges join first copies only. The result is
// sorted by document and independent of threads.
std::vector<Removal> DecideRemovals(std::span<const uint32_t> first_copies,
                                    std::span<const Edge> edges,
                                    const std::function<ShingleSet(uint32_t document)>& set_of);

}  // namespace owt::dedup
