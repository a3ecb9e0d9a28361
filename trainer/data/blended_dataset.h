#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formats/gpt_blend.h"
#include "trainer/data/gpt_dataset.h"

namespace owt::trainer {

// The samples of one dataset, or of several in the order of a mix. Thread-safe once made.
class BlendedDataset {
 public:
  // All samples of `dataset`.
  explicit BlendedDataset(GptDataset dataset);

  // REQUIRES: the mix takes no more samples from a dataset than it has.
  BlendedDataset(std::vector<GptDataset> datasets, formats::GptBlend blend);

  int64_t num_samples() const;

  // As GptDataset::Sample.
  void Sample(int64_t i, std::span<int64_t> out) const;

 private:
  std::vector<GptDataset> datasets_;
  formats::GptBlend blend_;  // empty for one dataset as it is
};

}  // namespace owt::trainer
