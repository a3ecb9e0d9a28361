#pragma once

#include <optional>
#include <vector>

#include "trainer/config.h"
#include "trainer/data/gpt_dataset.h"

namespace owt::trainer {

// Training and validation samples of PREFIX.bin/.idx as Megatron-LM cuts and orders them.
class TrainData {
 public:
  // Throws Error{kInput} for a missing or corrupt dataset, or a training part without a token.
  explicit TrainData(const TrainConfig& config);

  const GptDataset& train() const { return *train_; }

  // Absent when the split leaves it no token or validation is off.
  const std::optional<GptDataset>& valid() const { return valid_; }

  // Sequences and tokens of all parts, for the log.
  const formats::IndexedDataset& dataset() const { return dataset_; }

 private:
  formats::IndexedDataset dataset_;
  std::vector<int32_t> lengths_;
  std::optional<GptDataset> train_, valid_;
};

}  // namespace owt::trainer
