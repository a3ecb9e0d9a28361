#include "trainer/data/batch.h"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace owt::trainer {
namespace {

TokenBatch Split(const at::Tensor& tokens, at::Device device) {
  const at::Tensor there = tokens.to(device);
  const int64_t length = there.size(1) - 1;
  return {there.narrow(1, 0, length), there.narrow(1, 1, length)};
}

}  // namespace

TokenBatch LoadBatch(const BlendedDataset& data, int64_t first, int64_t count,
                     int64_t sequence_length, at::Device device) {
  const int64_t width = sequence_length + 1;
  at::Tensor tokens = at::empty({count, width}, at::kLong);
  auto* out = tokens.mutable_data_ptr<int64_t>();
  for (int64_t i = 0; i < count; ++i) {
    data.Sample((first + i) % data.num_samples(), {out + i * width, static_cast<size_t>(width)});
  }
  return Split(tokens, device);
}

TokenBatch MakeBatch(std::span<const int64_t> tokens, int64_t rows, at::Device device) {
  at::Tensor copy = at::empty({rows, static_cast<int64_t>(tokens.size()) / rows}, at::kLong);
  std::copy(tokens.begin(), tokens.end(), copy.mutable_data_ptr<int64_t>());
  return Split(copy, device);
}

}  // namespace owt::trainer
