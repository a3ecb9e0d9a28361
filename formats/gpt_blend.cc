#include "formats/gpt_blend.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace owt::formats {
namespace {

constexpr double kSurplus = 0.005;  // Megatron's mid_level_dataset_surplus

// numpy.sum of doubles: eight sums side by side, added as a tree; halves where there are more than
// 128. Another order could round otherwise, and then another dataset comes first somewhere.
double SumLikeNumpy(std::span<const double> values) {
  constexpr size_t kSums = 8;
  constexpr size_t kBlock = 128;
  if (values.size() < kSums) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
  }
  if (values.size() > kBlock) {
    const size_t half = values.size() / 2 / kSums * kSums;
    return SumLikeNumpy(values.first(half)) + SumLikeNumpy(values.subspan(half));
  }
  std::array<double, kSums> r{};
  std::copy_n(values.begin(), kSums, r.begin());
  size_t i = kSums;
  for (; i + kSums <= values.size(); i += kSums) {
    for (size_t k = 0; k < kSums; ++k) r[k] += values[i + k];
  }
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < values.size(); ++i) sum += values[i];
  return sum;
}

}  // namespace

std::vector<double> NormalizeWeights(std::span<const double> weights) {
  const double sum = SumLikeNumpy(weights);
  std::vector<double> normalized(weights.begin(), weights.end());
  for (double& weight : normalized) weight /= sum;
  return normalized;
}

int64_t BlendShare(int64_t num_samples, double weight) {
  return static_cast<int64_t>(std::ceil(static_cast<double>(num_samples) * weight));
}

int64_t BlendRequest(int64_t num_samples, double weight) {
  const auto share = static_cast<double>(BlendShare(num_samples, weight));
  return static_cast<int64_t>(std::ceil(share * (1 + kSurplus)));
}

GptBlend BuildGptBlend(std::span<const double> weights, int64_t num_samples) {
  const std::vector<double> shares = NormalizeWeights(weights);
  std::vector<double> taken(shares.size());  // whole numbers, which double holds exactly
  GptBlend blend;
  blend.dataset_index.resize(static_cast<size_t>(num_samples));
  blend.dataset_sample_index.resize(static_cast<size_t>(num_samples));
  for (size_t i = 0; i < blend.dataset_index.size(); ++i) {
    const auto now = static_cast<double>(std::max<size_t>(i, 1));
    size_t chosen = 0;
    double most_behind = shares[0] * now - taken[0];
    for (size_t k = 1; k < shares.size(); ++k) {
      const double behind = shares[k] * now - taken[k];
      if (behind > most_behind) {
        most_behind = behind;
        chosen = k;
      }
    }
    blend.dataset_index[i] = static_cast<int16_t>(chosen);
    blend.dataset_sample_index[i] = static_cast<int64_t>(taken[chosen]);
    taken[chosen] += 1;
  }
  return blend;
}

std::vector<int64_t> CountBlended(const GptBlend& blend, size_t num_datasets) {
  std::vector<int64_t> counts(num_datasets);
  for (const int16_t dataset : blend.dataset_index) ++counts[static_cast<size_t>(dataset)];
  return counts;
}

}  // namespace owt::formats
