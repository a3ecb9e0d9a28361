#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "trainer/model/gpt2.h"

namespace owt::trainer {

// AdamW with decoupled weight decay (Loshchilov & Hutter, 2019) on the matrices and embeddings;
// vectors (biases, LayerNorm) do not decay. One fused pass over memory a step, by LibTorch's
// kernel. State: two fp32 tensors a parameter and one step count.
class AdamW {
 public:
  // Reads beta1, beta2, epsilon and weight_decay. Keeps handles on the model's parameters.
  AdamW(const std::vector<Parameter>& parameters, const TrainConfig& config);

  // Applies the gradients. REQUIRES: every parameter has one.
  void Step(double learning_rate);

  // Running means of gradients and of their squares, in the order of the parameters; handles that a
  // checkpoint reads and fills.
  const std::vector<at::Tensor>& mean() const { return mean_; }

  const std::vector<at::Tensor>& square() const { return square_; }

  // Updates applied so far.
  int64_t steps() const { return steps_; }

  void set_steps(int64_t steps) { steps_ = steps; }

 private:
  void StepGroup(bool matrices, double learning_rate, double weight_decay);

  std::vector<at::Tensor> parameters_, mean_, square_;
  int64_t steps_ = 0;
  double beta1_, beta2_, epsilon_, weight_decay_;
};

}  // namespace owt::trainer
