#include "trainer/data/batch.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

namespace owt::trainer {
namespace {

at::Tensor ToTensor(const std::vector<int64_t>& values, at::Device device) {
  const at::Tensor host = at::empty({static_cast<int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), host.mutable_data_ptr<int64_t>());
  return host.to(device);
}

TokenBatch Split(const at::Tensor& tokens, at::Device device, const DocumentOptions& options) {
  const int64_t rows = tokens.size(0), length = tokens.size(1) - 1;
  const at::Tensor there = tokens.to(device);
  TokenBatch batch;
  batch.inputs_BT = there.narrow(1, 0, length);
  batch.targets_BT = there.narrow(1, 1, length);
  DocumentMarks marks = MarkDocuments(
      {tokens.const_data_ptr<int64_t>(), static_cast<size_t>(tokens.numel())}, rows, options);
  batch.num_predicted = marks.num_predicted;
  batch.documents.spans = std::move(marks.spans);
  if (options.reset_positions) {
    batch.documents.positions_BT = ToTensor(marks.positions, device).view({rows, length});
  }
  if (options.mask_loss) batch.documents.predicted_M = ToTensor(marks.predicted, device);
  return batch;
}

}  // namespace

TokenBatch LoadBatch(const BlendedDataset& data, int64_t first, int64_t count,
                     int64_t sequence_length, at::Device device, const DocumentOptions& documents) {
  const int64_t width = sequence_length + 1;
  at::Tensor tokens = at::empty({count, width}, at::kLong);
  auto* out = tokens.mutable_data_ptr<int64_t>();
  for (int64_t i = 0; i < count; ++i) {
    data.Sample((first + i) % data.num_samples(), {out + i * width, static_cast<size_t>(width)});
  }
  return Split(tokens, device, documents);
}

TokenBatch MakeBatch(std::span<const int64_t> tokens, int64_t rows, at::Device device,
                     const DocumentOptions& documents) {
  at::Tensor copy = at::empty({rows, static_cast<int64_t>(tokens.size()) / rows}, at::kLong);
  std::copy(tokens.begin(), tokens.end(), copy.mutable_data_ptr<int64_t>());
  return Split(copy, device, documents);
}

}  // namespace owt::trainer
