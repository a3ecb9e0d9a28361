#include "stages/dedup/removals.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

#include "stages/dedup/index.h"
#include "stages/dedup/union_find.h"

namespace owt::dedup {

namespace {

// For each document with an edge its most similar neighbour, the smaller of equals. Sorted.
std::vector<Edge> BestMatches(std::span<const Edge> edges) {
  std::vector<Edge> directed;
  directed.reserve(2 * edges.size());
  for (const Edge& edge : edges) {
    directed.push_back(edge);
    directed.push_back({edge.second, edge.first, edge.similarity});
  }
  std::sort(directed.begin(), directed.end(), [](const Edge& a, const Edge& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.second < b.second;
  });
  const auto same = [](const Edge& a, const Edge& b) { return a.first == b.first; };
  directed.erase(std::unique(directed.begin(), directed.end(), same), directed.end());
  return directed;
}

}  // namespace

std::vector<Removal> DecideRemovals(std::span<const uint32_t> first_copies,
                                    std::span<const Edge> edges,
                                    const std::function<ShingleSet(uint32_t document)>& set_of) {
  UnionFind clusters(static_cast<uint32_t>(first_copies.size()));
  for (const Edge& edge : edges) clusters.Union(edge.first, edge.second);

  std::vector<Removal> removals;
  const std::vector<Edge> matches = BestMatches(edges);
  auto match = matches.begin();
  for (uint32_t document = 0; document < first_copies.size(); ++document) {
    const uint32_t first = first_copies[document];
    if (first == kNoDocument) continue;
    const uint32_t kept = clusters.Find(first);
    if (kept == document) continue;
    Removal removal{document, kept, first != document, 1, first, 1};
    if (!removal.is_exact) {
      while (match->first < document) ++match;  // it is there: something joined the document
      removal.match = match->second;
      removal.match_similarity = match->similarity;
    }
    removals.push_back(removal);
  }

  oneapi::tbb::parallel_for(size_t{0}, removals.size(), [&](size_t i) {
    Removal& removal = removals[i];
    const uint32_t first = first_copies[removal.document];
    if (first != removal.kept) {
      removal.similarity = Jaccard(set_of(first), set_of(removal.kept));
    }
  });
  return removals;
}

}  // namespace owt::dedup
