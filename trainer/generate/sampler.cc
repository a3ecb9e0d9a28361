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

// The order of a heap with the most likely id on top, and of equal ones the first.
struct LessLikely {
  std::span<const float> logits;

  bool operator()(uint32_t a, uint32_t b) const {
    const float x = Finite(logits[a]), y = Finite(logits[b]);
    return x != y ? x < y : a > b;
  }
};

// Ids from the most likely on, one at a time.
class Ranking {
 public:
  explicit Ranking(std::span<const float> logits) : less_{logits}, heap_(logits.size()) {
    std::iota(heap_.begin(), heap_.end(), 0U);
    std::make_heap(heap_.begin(), heap_.end(), less_);
  }

  bool empty() const { return heap_.empty(); }

  uint32_t Pop() {
    std::pop_heap(heap_.begin(), heap_.end(), less_);
    const uint32_t id = heap_.back();
    heap_.pop_back();
    return id;
  }

 private:
  LessLikely less_;
  std::vector<uint32_t> heap_;
};

// Proportional to the probability. Where no logit is finite the draw is uniform.
class Weights {
 public:
  Weights(std::span<const float> logits, double temperature)
      : logits_(logits), temperature_(temperature) {
    highest_ = Finite(logits[0]);
    for (const float logit : logits) highest_ = std::max(highest_, Finite(logit));
  }

  double operator[](uint32_t id) const {
    return std::isinf(highest_) ? 1.0 : std::exp((Finite(logits_[id]) - highest_) / temperature_);
  }

 private:
  std::span<const float> logits_;
  double temperature_;
  float highest_;
};

// The k most likely ids, in this order.
std::vector<uint32_t> MostLikely(std::span<const float> logits, size_t k) {
  Ranking ranking(logits);
  std::vector<uint32_t> ids;
  while (ids.size() < k && !ranking.empty()) ids.push_back(ranking.Pop());
  return ids;
}

// The most likely ids of `ids` until they have more than `top_p` of its weight.
std::vector<uint32_t> Nucleus(std::span<const float> logits, const Weights& weights, double top_p) {
  double all = 0;
  for (uint32_t id = 0; id < logits.size(); ++id) all += weights[id];
  Ranking ranking(logits);
  std::vector<uint32_t> ids;
  for (double sum = 0; !ranking.empty() && (ids.empty() || sum <= top_p * all);) {
    ids.push_back(ranking.Pop());
    sum += weights[ids.back()];
  }
  return ids;
}

// Of ids that are in the order of likelihood.
void CutNucleus(const Weights& weights, double top_p, std::vector<uint32_t>* ids) {
  double all = 0, sum = 0;
  for (const uint32_t id : *ids) all += weights[id];
  size_t kept = 0;
  while (kept < ids->size() && (kept == 0 || sum <= top_p * all)) sum += weights[(*ids)[kept++]];
  ids->resize(kept);
}

// The ids to draw from: all in order of id, or the most likely.
std::vector<uint32_t> Candidates(std::span<const float> logits, const Weights& weights,
                                 const SamplingOptions& options) {
  const bool cut_p = options.top_p > 0 && options.top_p < 1;
  if (options.top_k > 0 && static_cast<uint64_t>(options.top_k) < logits.size()) {
    std::vector<uint32_t> ids = MostLikely(logits, static_cast<size_t>(options.top_k));
    if (cut_p) CutNucleus(weights, options.top_p, &ids);
    return ids;
  }
  if (cut_p) return Nucleus(logits, weights, options.top_p);
  std::vector<uint32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0U);
  return ids;
}

}  // namespace

uint32_t SampleToken(std::span<const float> logits, const SamplingOptions& options,
                     std::mt19937_64& random) {
  if (options.temperature == 0 || options.top_k == 1) return LikeliestToken(logits);
  const Weights weights(logits, options.temperature);
  const std::vector<uint32_t> ids = Candidates(logits, weights, options);
  std::vector<double> cumulative;
  cumulative.reserve(ids.size());
  double sum = 0;
  for (const uint32_t id : ids) cumulative.push_back(sum += weights[id]);
  // 53 random bits: the standard's distributions differ between libraries.
  const double draw = static_cast<double>(random() >> 11) * 0x1p-53 * sum;
  const auto found = std::upper_bound(cumulative.begin(), cumulative.end(), draw);
  const auto index = static_cast<size_t>(found - cumulative.begin());
  return ids[std::min(index, ids.size() - 1)];
}

uint32_t LikeliestToken(std::span<const float> logits) {
  uint32_t best = 0;
  for (uint32_t id = 1; id < logits.size(); ++id) {
    if (Finite(logits[id]) > Finite(logits[best])) best = id;
  }
  return best;
}

float LogProb(std::span<const float> logits, uint32_t token) {
  const float highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - highest));
  return static_cast<float>(static_cast<double>(logits[token] - highest) - std::log(sum));
}

}  // namespace owt::trainer
