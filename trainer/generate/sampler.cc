#include "trainer/generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace owt::trainer {
namespace {

float Finite(float logit) {
  return std::isfinite(logit) ? logit : -std::numeric_limits<float>::infinity();
}

// The ids to draw from: all in order of id, or the k most likely.
std::vector<uint32_t> Candidates(std::span<const float> logits, int64_t top_k) {
  std::vector<uint32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0U);
  const auto k = static_cast<size_t>(top_k);
  if (top_k == 0 || k >= ids.size()) return ids;
  std::partial_sort(ids.begin(), ids.begin() + top_k, ids.end(), [&](uint32_t a, uint32_t b) {
    const float x = Finite(logits[a]), y = Finite(logits[b]);
    return x != y ? x > y : a < b;
  });
  ids.resize(k);
  return ids;
}

}  // namespace

uint32_t SampleToken(std::span<const float> logits, const SamplingOptions& options,
                     std::mt19937_64& random) {
  const bool greedy = options.temperature == 0;
  const std::vector<uint32_t> ids = Candidates(logits, greedy ? 1 : options.top_k);
  if (greedy) return ids[0];
  float highest = Finite(logits[ids[0]]);
  for (const uint32_t id : ids) highest = std::max(highest, Finite(logits[id]));
  std::vector<double> cumulative;
  cumulative.reserve(ids.size());
  double sum = 0;
  for (const uint32_t id : ids) {
    const float logit = Finite(logits[id]);
    // Where no logit is finite the draw is uniform.
    sum += std::isinf(highest) ? 1.0 : std::exp((logit - highest) / options.temperature);
    cumulative.push_back(sum);
  }
  // 53 random bits: the standard's distributions differ between libraries.
  const double draw = static_cast<double>(random() >> 11) * 0x1p-53 * sum;
  const auto found = std::upper_bound(cumulative.begin(), cumulative.end(), draw);
  const auto index = static_cast<size_t>(found - cumulative.begin());
  return ids[std::min(index, ids.size() - 1)];
}

}  // namespace owt::trainer
