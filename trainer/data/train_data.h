#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "formats/gpt_split.h"
#include "trainer/config.h"
#include "trainer/data/blended_dataset.h"

namespace owt::trainer {

// Training and validation samples of the datasets of --data, as Megatron-LM cuts, orders and mixes
// them.
class TrainData {
 public:
  using Say = std::function<void(std::string_view line)>;

  // Loads the sample indices from the cache, or builds and keeps them; `say` hears why where a
  // cached one could not be used. Throws Error{kInput} for a missing or corrupt dataset, one whose
  // training part has no token, or whose validation part has none under a split that gives it some.
  TrainData(const TrainConfig& config, const Say& say);

  const BlendedDataset& train() const { return *train_; }

  // Absent when validation is off, or the default split leaves some dataset no token for it.
  const std::optional<BlendedDataset>& valid() const { return valid_; }

  // Of all parts of all datasets, for the log.
  uint64_t num_sequences() const;
  uint64_t num_tokens() const;

 private:
  std::vector<formats::IndexedDataset> datasets_;  // stays as it is: the parts refer to it
  std::optional<BlendedDataset> train_, valid_;
};

}  // namespace owt::trainer
