#include "trainer/model/init.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <cmath>

namespace owt::trainer {

void InitParameters(const Gpt2& model, uint64_t seed) {
  constexpr double kStd = 0.02;
  const double residual_std = kStd / std::sqrt(2.0 * static_cast<double>(model.config().layers));
  const at::NoGradGuard no_grad;
  at::Generator generator = at::detail::createCPUGenerator(seed);
  for (const Parameter& parameter : model.parameters()) {
    at::Tensor value = parameter.value;  // a handle: the model's own storage
    if (value.dim() == 2) {
      const bool residual = parameter.name.ends_with("c_proj.weight");
      value.copy_(at::empty(value.sizes(), at::kFloat)
                      .normal_(0.0, residual ? residual_std : kStd, generator));
    } else {
      value.fill_(parameter.name.ends_with("weight") ? 1.0 : 0.0);
    }
  }
}

}  // namespace owt::trainer
