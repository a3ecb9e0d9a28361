#include "stages/dedup/verify.h"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_sort.h>

#include <algorithm>
#include <cmath>

namespace owt::dedup {

namespace {

bool Before(const Edge& a, const Edge& b) {
  return a.first != b.first ? a.first < b.first : a.second < b.second;
}

bool SamePair(const Edge& a, const Edge& b) { return a.first == b.first && a.second == b.second; }

// The edges between a large bucket's documents and its representatives.
std::vector<Edge> VerifyLarge(std::span<const uint32_t> members, double threshold,
                              const std::function<ShingleSet(uint32_t)>& set_of) {
  std::vector<Edge> edges;
  std::vector<uint32_t> representatives;
  for (const uint32_t member : members) {
    bool is_like_one = false;
    for (const uint32_t representative : representatives) {
      const double similarity = JaccardAtLeast(set_of(representative), set_of(member), threshold);
      if (similarity < threshold) continue;
      edges.push_back({representative, member, similarity});
      is_like_one = true;
    }
    if (!is_like_one && representatives.size() < kRepresentatives) {
      representatives.push_back(member);
    }
  }
  return edges;
}

}  // namespace

void SortAndUnify(std::vector<uint64_t>* shingles) {
  std::sort(shingles->begin(), shingles->end());
  shingles->erase(std::unique(shingles->begin(), shingles->end()), shingles->end());
}

double Jaccard(ShingleSet a, ShingleSet b) { return JaccardAtLeast(a, b, 0); }

double JaccardAtLeast(ShingleSet a, ShingleSet b, double threshold) {
  const size_t total = a.size() + b.size();
  if (total == 0) return 0;
  // J >= t means a union of at most total / (1 + t), that is, at most so many misses. One more
  // allows for the rounding.
  const auto most_misses =
      static_cast<size_t>(static_cast<double>(total) * (1 - threshold) / (1 + threshold)) + 1;
  size_t common = 0;
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const bool a_steps = a[i] <= b[j];
    const bool b_steps = b[j] <= a[i];
    common += a_steps && b_steps;
    i += a_steps;
    j += b_steps;
    if (i + j - 2 * common > most_misses) return -1;
  }
  return static_cast<double>(common) / static_cast<double>(total - common);
}

std::vector<Edge> Verify(const Buckets& buckets, double threshold,
                         const std::function<ShingleSet(uint32_t document)>& set_of) {
  std::vector<Edge> pairs;
  std::vector<size_t> large;
  for (size_t i = 0; i < buckets.size(); ++i) {
    const std::span<const uint32_t> members = buckets[i];
    if (members.size() > kAllPairs) {
      large.push_back(i);
      continue;
    }
    for (size_t x = 0; x < members.size(); ++x) {
      for (size_t y = x + 1; y < members.size(); ++y) pairs.push_back({members[x], members[y], 0});
    }
  }
  oneapi::tbb::parallel_sort(pairs.begin(), pairs.end(), Before);
  pairs.erase(std::unique(pairs.begin(), pairs.end(), SamePair), pairs.end());
  oneapi::tbb::parallel_for(size_t{0}, pairs.size(), [&](size_t i) {
    pairs[i].similarity =
        JaccardAtLeast(set_of(pairs[i].first), set_of(pairs[i].second), threshold);
  });
  std::erase_if(pairs, [=](const Edge& edge) { return edge.similarity < threshold; });

  std::vector<std::vector<Edge>> found(large.size());
  oneapi::tbb::parallel_for(size_t{0}, large.size(), [&](size_t i) {
    found[i] = VerifyLarge(buckets[large[i]], threshold, set_of);
  });
  for (const std::vector<Edge>& edges : found) {
    pairs.insert(pairs.end(), edges.begin(), edges.end());
  }
  oneapi::tbb::parallel_sort(pairs.begin(), pairs.end(), Before);
  pairs.erase(std::unique(pairs.begin(), pairs.end(), SamePair), pairs.end());
  return pairs;
}

}  // namespace owt::dedup
