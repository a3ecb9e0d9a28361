#include "trainer/model/layer_norm.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/native_layer_norm.h>
#include <ATen/ops/native_layer_norm_backward.h>

#include "trainer/model/product.h"

#ifdef OWT_HAVE_CUDA
#include "trainer/kernels/layer_norm.h"
#include "trainer/model/cuda_call.h"
#endif

namespace owt::trainer {
namespace {

#ifdef OWT_HAVE_CUDA

// Calls call(R{}, T{}) with the kernels' types of the residual stream and of the products.
template <class Call>
void LaunchNorm(const at::Tensor& residual, const at::Tensor& product, Call call) {
  if (residual.scalar_type() == product.scalar_type()) {
    Launch(residual, [&](auto zero) { call(zero, zero); });
    return;
  }
  TORCH_CHECK(residual.scalar_type() == at::kFloat && product.scalar_type() == at::kBFloat16,
              "LayerNorm from ", residual.scalar_type(), " to ", product.scalar_type());
  call(float{}, __nv_bfloat16{});
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

NormOutput CudaNorm(const at::Tensor& residual_NC, const Branch& branch, const WeightAndBias& norm,
                    at::ScalarType out_type) {
  const int64_t rows = residual_NC.size(0), width = residual_NC.size(1);
  const auto fp32 = residual_NC.options().dtype(at::kFloat);
  const bool joins = branch.value_NC.defined();
  NormOutput output = {joins ? at::empty_like(residual_NC) : residual_NC,
                       at::empty({rows, width}, residual_NC.options().dtype(out_type)),
                       at::empty({rows}, fp32), at::empty({rows}, fp32)};
  LaunchNorm(residual_NC, output.out_NC, [&](auto r, auto t) {
    using R = decltype(r);
    using T = decltype(t);
    LayerNormForward<R, T>(
        {Data<R>(residual_NC), Data<T>(branch.value_NC), Data<float>(branch.bias_C),
         Data<float>(norm.weight), Data<float>(norm.bias), static_cast<float>(kLayerNormEpsilon),
         joins ? Data<R>(output.sum_NC) : nullptr, Data<T>(output.out_NC),
         Data<float>(output.mean_N), Data<float>(output.rstd_N)},
        rows, width, StreamOf(residual_NC));
  });
  return output;
}

void CudaNormBackward(const at::Tensor& out_gradient_NC, const NormOutput& forward,
                      const WeightAndBias& norm, bool add, ResidualGradient* residual,
                      WeightAndBias* norm_gradient, at::Tensor* branch_bias_gradient) {
  const int64_t rows = out_gradient_NC.size(0), width = out_gradient_NC.size(1);
  const bool has_residual = residual->stream_NC.defined();
  if (!has_residual) {
    residual->stream_NC = at::empty_like(forward.sum_NC);
    residual->branch_NC = forward.sum_NC.scalar_type() == out_gradient_NC.scalar_type()
                              ? residual->stream_NC
                              : at::empty_like(out_gradient_NC);
  }
  const at::Tensor partials = at::empty({NormPartials(rows), 3 * width}, forward.mean_N.options());
  const ColumnSums sums = {
      {Data<float>(norm_gradient->weight), Data<float>(norm_gradient->bias),
       branch_bias_gradient != nullptr ? Data<float>(*branch_bias_gradient) : nullptr},
      3,
      add};
  LaunchNorm(forward.sum_NC, out_gradient_NC, [&](auto r, auto t) {
    using R = decltype(r);
    using T = decltype(t);
    LayerNormBackward<R, T>(
        {Data<T>(out_gradient_NC), Data<R>(forward.sum_NC), Data<float>(forward.mean_N),
         Data<float>(forward.rstd_N), Data<float>(norm.weight), has_residual,
         Data<R>(residual->stream_NC), Data<T>(residual->branch_NC), Data<float>(partials)},
        rows, width, sums, StreamOf(out_gradient_NC));
  });
}
#endif

}  // namespace

NormOutput ResidualNorm(const at::Tensor& residual_NC, const Branch& branch,
                        const WeightAndBias& norm, at::ScalarType out_type) {
#ifdef OWT_HAVE_CUDA
  if (residual_NC.is_cuda()) return CudaNorm(residual_NC, branch, norm, out_type);
#endif
  at::Tensor sum = residual_NC;
  if (branch.value_NC.defined()) {
    sum = residual_NC.to(at::kFloat)
              .add(branch.value_NC.to(at::kFloat))
              .add(branch.bias_C)
              .to(residual_NC.scalar_type());
  }
  const auto [out, mean, rstd] = at::native_layer_norm(sum.to(at::kFloat), {sum.size(1)},
                                                       norm.weight, norm.bias, kLayerNormEpsilon);
  return {sum, out.to(out_type), mean, rstd};
}

void ResidualNormBackward(const at::Tensor& out_gradient_NC, const NormOutput& forward,
                          const WeightAndBias& norm, bool add, ResidualGradient* residual,
                          WeightAndBias* norm_gradient, at::Tensor* branch_bias_gradient) {
#ifdef OWT_HAVE_CUDA
  if (out_gradient_NC.is_cuda()) {
    CudaNormBackward(out_gradient_NC, forward, norm, add, residual, norm_gradient,
                     branch_bias_gradient);
    return;
  }
#endif
  const at::Tensor sum = forward.sum_NC.to(at::kFloat);
  auto [dx, weight, bias] = at::native_layer_norm_backward(
      out_gradient_NC.to(at::kFloat), sum, {sum.size(1)}, forward.mean_N, forward.rstd_N,
      norm.weight, norm.bias, {true, true, true});
  SetOrAdd(weight, add, norm_gradient->weight);
  SetOrAdd(bias, add, norm_gradient->bias);
  if (residual->stream_NC.defined()) dx.add_(residual->stream_NC);
  if (branch_bias_gradient != nullptr) SetOrAdd(dx.sum(0), add, *branch_bias_gradient);
  residual->stream_NC = dx.to(forward.sum_NC.scalar_type());
  residual->branch_NC = dx.to(out_gradient_NC.scalar_type());
}

}  // namespace owt::trainer
