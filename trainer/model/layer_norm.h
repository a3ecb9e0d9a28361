#pragma once

#include <ATen/core/Tensor.h>

namespace owt::trainer {

constexpr double kLayerNormEpsilon = 1e-5;

// Weight and bias of a LayerNorm or a linear layer, or the gradients of both.
struct WeightAndBias {
  at::Tensor weight, bias;
};

// What a block adds to the residual stream: value_NC + bias_C. The gradient of both has this shape
// too. Undefined: nothing.
struct Branch {
  at::Tensor value_NC, bias_C;
};

// sum_NC = residual + branch, in the type of the residual; out_NC = LayerNorm(sum) in the type of
// the products. Statistics are fp32.
struct NormOutput {
  at::Tensor sum_NC, out_NC, mean_N, rstd_N;
};

NormOutput ResidualNorm(const at::Tensor& residual_NC, const Branch& branch,
                        const WeightAndBias& norm, at::ScalarType out_type);

// The gradient of the residual stream, which is that of the branch too: in the type of the stream
// and in that of the products; one tensor where these are the same.
struct ResidualGradient {
  at::Tensor stream_NC, branch_NC;
};

// Adds to `residual` (undefined: zero) the gradient that comes through the norm, in place. Sets or
// adds those of the norm's weight and bias, and of the branch's bias where it is defined.
void ResidualNormBackward(const at::Tensor& out_gradient_NC, const NormOutput& forward,
                          const WeightAndBias& norm, bool add, ResidualGradient* residual,
                          WeightAndBias* norm_gradient, at::Tensor* branch_bias_gradient);

}  // namespace owt::trainer
