#pragma once

#include <ATen/core/Tensor.h>

namespace owt::trainer {

// gelu(in + bias), GELU by its tanh formula, computed in fp32; bias_F is fp32.
at::Tensor BiasGelu(const at::Tensor& in_NF, const at::Tensor& bias_F);

// Turns the gradient of its result into that of `in_NF`, in place, and sets or adds that of the
// bias.
void BiasGeluBackward(const at::Tensor& in_NF, const at::Tensor& bias_F, bool add,
                      at::Tensor* gradient_NF, at::Tensor* bias_gradient_F);

}  // namespace owt::trainer
