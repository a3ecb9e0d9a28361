#include "trainer/device_step.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <fmt/format.h>

namespace owt::trainer {

void CapturedCalls::Run(const std::function<void()>& launch) {
  if (calls_++ == 0) {
    launch();
    return;
  }
  if (graph_ == nullptr) {
    // The graph has memory of its own; what the first call left must not stand beside it.
    c10::cuda::CUDACachingAllocator::emptyCache();
    graph_ = std::make_unique<at::cuda::CUDAGraph>();
    graph_->capture_begin(pool_, cudaStreamCaptureModeThreadLocal);
    launch();
    graph_->capture_end();
  }
  graph_->replay();
}

bool DeviceStep::Takes(const TrainConfig& config, const Gpt2& model) {
  // Documents, fp16 and the skipping of spikes are TrainStep's alone.
  return model.device().is_cuda() && Backprop::Takes(config.model) && !config.documents.any() &&
         config.precision != Precision::kFp16 && config.skip_loss_zscore == 0 &&
         config.skip_grad_norm_zscore == 0;
}

DeviceStep::DeviceStep(const TrainConfig& config, const Gpt2& model, AdamW* optimizer)
    : config_(config),
      stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, model.device().index())),
      pool_(at::cuda::graph_pool_handle()),
      num_micro_(config.global_batch / config.micro_batch),
      backprop_(model, config.precision, config.recompute, config.deterministic),
      update_(model.parameters(), backprop_.copies(), config, optimizer),
      first_micro_batch_(pool_),
      next_micro_batch_(pool_),
      updating_(pool_) {
  const int64_t width = config.sequence_length + 1;
  tokens_ = at::empty({config.micro_batch, width},
                      at::TensorOptions().dtype(at::kLong).device(model.device()));
  for (at::Tensor& tokens : host_tokens_) {
    tokens = at::empty({config.global_batch, width},
                       at::TensorOptions().dtype(at::kLong).pinned_memory(true));
  }
  loss_ = at::zeros({}, at::TensorOptions().dtype(at::kFloat).device(model.device()));
}

void DeviceStep::LoadTokens(const BlendedDataset& data, int64_t first) {
  const int64_t width = config_.sequence_length + 1;
  auto* const out = host_tokens_[turn_].mutable_data_ptr<int64_t>();
  for (int64_t i = 0; i < config_.global_batch; ++i) {
    data.Sample((first + i) % data.num_samples(), {out + i * width, static_cast<size_t>(width)});
  }
  loaded_ = first;
}

void DeviceStep::RunMicroBatch(bool add) {
  const int64_t length = config_.sequence_length;
  const at::Tensor loss = backprop_.Run(tokens_.narrow(1, 0, length), tokens_.narrow(1, 1, length),
                                        1.0 / static_cast<double>(num_micro_), add);
  if (add) {
    loss_.add_(loss);
  } else {
    loss_.copy_(loss);
  }
}

StepResult DeviceStep::Run(const BlendedDataset& data, int64_t first, double learning_rate) {
  const at::NoGradGuard no_grad;
  // Validation and checkpoints use the default stream.
  c10::cuda::getDefaultCUDAStream(stream_.device_index()).synchronize();
  const c10::cuda::CUDAStreamGuard guard(stream_);
  if (loaded_ != first) LoadTokens(data, first);
  const at::Tensor& tokens = host_tokens_[turn_];
  for (int64_t i = 0; i < num_micro_; ++i) {
    tokens_.copy_(tokens.narrow(0, i * config_.micro_batch, config_.micro_batch),
                  /*non_blocking=*/true);
    CapturedCalls& calls = i == 0 ? first_micro_batch_ : next_micro_batch_;
    calls.Run([&] { RunMicroBatch(i > 0); });
  }
  update_.SendInput(learning_rate);
  updating_.Run([&] { update_.Launch(loss_); });
  turn_ ^= 1;
  const int64_t next = first + config_.global_batch;
  if (next < config_.iterations * config_.global_batch) LoadTokens(data, next);
  const UpdateResult result = update_.ReceiveResult();
  return {result.loss, result.norm, result.skip != 0};
}

std::string DeviceStep::Describe() const {
  const at::Tensor like = backprop_.copies().empty() ? loss_ : backprop_.copies()[0];
  return fmt::format(
      "kernels and CUDA graphs of owt's own, attention by {}",
      AttentionBackendName(PickAttention(like, config_.sequence_length, config_.deterministic)));
}

}  // namespace owt::trainer
