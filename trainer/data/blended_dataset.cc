#include "trainer/data/blended_dataset.h"

#include <utility>

namespace owt::trainer {

BlendedDataset::BlendedDataset(GptDataset dataset) { datasets_.push_back(std::move(dataset)); }

BlendedDataset::BlendedDataset(std::vector<GptDataset> datasets, formats::GptBlend blend)
    : datasets_(std::move(datasets)), blend_(std::move(blend)) {}

int64_t BlendedDataset::num_samples() const {
  return blend_.dataset_index.empty() ? datasets_[0].num_samples()
                                      : static_cast<int64_t>(blend_.dataset_index.size());
}

void BlendedDataset::Sample(int64_t i, std::span<int64_t> out) const {
  if (blend_.dataset_index.empty()) return datasets_[0].Sample(i, out);
  const auto place = static_cast<size_t>(i);
  datasets_[static_cast<size_t>(blend_.dataset_index[place])].Sample(
      blend_.dataset_sample_index[place], out);
}

}  // namespace owt::trainer
