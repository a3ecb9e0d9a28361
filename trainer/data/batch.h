#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "trainer/data/blended_dataset.h"
#include "trainer/model/documents.h"

namespace owt::trainer {

// Inputs and targets of some samples, int64 [B, T] on a device. Both are views of one [B, T + 1].
struct TokenBatch {
  at::Tensor inputs_BT, targets_BT;
  Documents documents;
  int64_t num_predicted = 0;  // targets that count in the loss
};

// Samples [first, first + count); they wrap around at the end of the dataset.
TokenBatch LoadBatch(const BlendedDataset& data, int64_t first, int64_t count,
                     int64_t sequence_length, at::Device device,
                     const DocumentOptions& documents = {});

// `rows` rows of equal length, back to back in `tokens`.
TokenBatch MakeBatch(std::span<const int64_t> tokens, int64_t rows, at::Device device,
                     const DocumentOptions& documents = {});

}  // namespace owt::trainer
