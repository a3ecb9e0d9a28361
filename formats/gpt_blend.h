#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace owt::formats {

// A mix of several datasets by weight, equal to the last bit to Megatron's BlendedDataset: sample i
// of the mix is sample dataset_sample_index[i] of dataset dataset_index[i].
struct GptBlend {
  std::vector<int16_t> dataset_index;
  std::vector<int64_t> dataset_sample_index;
};

inline constexpr size_t kMaxBlendedDatasets = 32766;

// Divided by their sum, which is added up in numpy's order.
// REQUIRES: finite weights > 0, at most kMaxBlendedDatasets.
std::vector<double> NormalizeWeights(std::span<const double> weights);

// Samples of a mix of num_samples that come from a dataset of this (normalized) weight, and how
// many Megatron asks that dataset for, 0.5 % more: the greedy choice may take a few more than the
// share. REQUIRES: 0 <= num_samples < 2^32.
int64_t BlendShare(int64_t num_samples, double weight);
int64_t BlendRequest(int64_t num_samples, double weight);

// Each sample goes to the dataset that is furthest behind its weight, the first of equals.
// `weights` need not be normalized. 10 bytes and O(datasets) steps a sample.
GptBlend BuildGptBlend(std::span<const double> weights, int64_t num_samples);

// Samples that the mix takes from each dataset.
std::vector<int64_t> CountBlended(const GptBlend& blend, size_t num_datasets);

}  // namespace owt::formats
