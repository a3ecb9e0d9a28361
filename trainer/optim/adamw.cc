#include "trainer/optim/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

namespace owt::trainer {

AdamW::AdamW(const std::vector<Parameter>& parameters, const TrainConfig& config)
    : beta1_(config.beta1),
      beta2_(config.beta2),
      epsilon_(config.epsilon),
      weight_decay_(config.weight_decay) {
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : parameters) {
    parameters_.push_back(parameter.value);
    mean_.push_back(at::zeros_like(parameter.value));
    square_.push_back(at::zeros_like(parameter.value));
  }
}

void AdamW::Step(double learning_rate) {
  const at::NoGradGuard no_grad;
  ++steps_;
  StepGroup(/*matrices=*/true, learning_rate, weight_decay_);
  StepGroup(/*matrices=*/false, learning_rate, 0.0);
}

void AdamW::StepGroup(bool matrices, double learning_rate, double weight_decay) {
  std::vector<at::Tensor> values, gradients, means, squares, steps;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if ((parameters_[i].dim() >= 2) != matrices) continue;
    values.push_back(parameters_[i]);
    gradients.push_back(parameters_[i].grad());
    means.push_back(mean_[i]);
    squares.push_back(square_[i]);
  }
  if (values.empty()) return;
  // The kernel reads the count of each tensor; they all share one.
  steps.assign(values.size(),
               at::full({}, static_cast<double>(steps_), values[0].options().requires_grad(false)));
  at::_fused_adamw_(values, gradients, means, squares, /*max_exp_avg_sqs=*/{}, steps, learning_rate,
                    beta1_, beta2_, weight_decay, epsilon_, /*amsgrad=*/false,
                    /*maximize=*/false);
}

}  // namespace owt::trainer
