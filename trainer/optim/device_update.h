#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "trainer/config.h"
#include "trainer/kernels/adamw.h"
#include "trainer/model/gpt2.h"
#include "trainer/optim/adamw.h"

namespace owt::trainer {

// Clipping and AdamW of all parameters by kernels of our own, on the state of an AdamW: the same
// rule as GradientNorm, ClipGradients and AdamW::Step, but nothing waits for the host, the bf16
// copies of the parameters are written on the way, and what is not finite is found on the device.
// CUDA only. Calls go to the current stream.
class DeviceUpdate {
 public:
  // Keeps handles on all tensors. `copies` has one for each parameter, or none. REQUIRES: every
  // parameter has a gradient, which stays where it is.
  DeviceUpdate(const std::vector<Parameter>& parameters, const std::vector<at::Tensor>& copies,
               const TrainConfig& config, AdamW* optimizer);

  // The launches of an update, which can be captured. `loss` is an fp32 scalar.
  void Launch(const at::Tensor& loss) const;

  // What the next launch reads: sent before it.
  void SendInput(double learning_rate);

  // Loss and norm of the last launch, once it is done; counts the update unless it was skipped.
  UpdateResult ReceiveResult();

 private:
  UpdateTable table() const;

  AdamW* optimizer_;
  TrainConfig config_;
  UpdateConstants constants_;
  std::vector<at::Tensor> kept_;  // what the table points to
  at::Tensor tensors_, chunks_, sums_, input_, result_;
  at::Tensor host_input_, host_result_;  // page-locked
  int num_chunks_ = 0;
};

}  // namespace owt::trainer
