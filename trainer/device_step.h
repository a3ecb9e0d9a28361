#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAStream.h>

#include <functional>
#include <memory>
#include <string>

#include "trainer/model/backprop.h"
#include "trainer/optim/device_update.h"
#include "trainer/step.h"

namespace owt::trainer {

// Launches recorded once and then replayed, which costs the host a call and the device no gaps. The
// first call runs as it is, since libraries set themselves up in it; the second is recorded.
class CapturedCalls {
 public:
  // Graphs with the same pool share their memory: they must be replayed one after another, and
  // leave nothing in it.
  explicit CapturedCalls(at::cuda::MempoolId_t pool) : pool_(pool) {}

  // What `launch` does must be the same in every call, down to the addresses.
  void Run(const std::function<void()>& launch);

 private:
  at::cuda::MempoolId_t pool_;
  int calls_ = 0;
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
};

// The optimizer step on a GPU: Backprop and DeviceUpdate, each a CUDA graph, fed from page-locked
// memory. While the device works the host loads the tokens of the next step; it waits once a step,
// for the loss.
class DeviceStep {
 public:
  static bool Takes(const TrainConfig& config, const Gpt2& model);

  // REQUIRES: Takes. The parameters have their values, and from now on change by this alone.
  DeviceStep(const TrainConfig& config, const Gpt2& model, AdamW* optimizer);

  // As TrainStep.
  StepResult Run(const BlendedDataset& data, int64_t first, double learning_rate);

  // For the log.
  std::string Describe() const;

 private:
  void LoadTokens(const BlendedDataset& data, int64_t first);
  void RunMicroBatch(bool add);

  TrainConfig config_;
  c10::cuda::CUDAStream stream_;
  at::cuda::MempoolId_t pool_;
  int64_t num_micro_;
  Backprop backprop_;
  DeviceUpdate update_;
  at::Tensor tokens_;          // of a micro batch, int64 [B, T + 1]
  at::Tensor host_tokens_[2];  // of all of them, page-locked; of this step and of the next
  int64_t loaded_ = -1;        // the first sample of what host_tokens_[turn_] holds
  int turn_ = 0;
  at::Tensor loss_;  // the sum over the micro batches
  CapturedCalls first_micro_batch_, next_micro_batch_, updating_;
};

}  // namespace owt::trainer
