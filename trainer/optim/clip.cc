#include "trainer/optim/clip.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

namespace owt::trainer {
namespace {

std::vector<at::Tensor> Gradients(const std::vector<Parameter>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const Parameter& parameter : parameters) gradients.push_back(parameter.value.grad());
  return gradients;
}

}  // namespace

double GradientNorm(const std::vector<Parameter>& parameters) {
  const at::NoGradGuard no_grad;
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(Gradients(parameters), 2)))
      .item<double>();
}

void ScaleGradients(const std::vector<Parameter>& parameters, double factor) {
  const at::NoGradGuard no_grad;
  at::_foreach_mul_(Gradients(parameters), factor);
}

void ClipGradients(const std::vector<Parameter>& parameters, double norm, double max_norm) {
  const double factor = max_norm / (norm + 1e-6);
  if (factor < 1.0) ScaleGradients(parameters, factor);
}

}  // namespace owt::trainer
