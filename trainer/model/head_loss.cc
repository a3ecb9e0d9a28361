// Softmax cross entropy fused with the output layer. Since the loss is a scalar, the gradient of
// the logits is (softmax - one_hot) / N times whatever scalar arrives from above, so it can be
// formed right after the forward product and turned into both gradients; backward only multiplies
// by that scalar. The idea is that of Liger Kernel's fused linear cross entropy (arXiv 2410.10989).
#include "trainer/model/head_loss.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_log_softmax.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "trainer/model/product.h"

#ifdef OWT_HAVE_CUDA
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>

#include "trainer/kernels/cross_entropy.h"
#endif

namespace owt::trainer {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::ScalarType ProductType(at::DeviceType device) {
  return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device)
                                                   : at::kFloat;
}

#ifdef OWT_HAVE_CUDA
void CrossEntropyBlockCuda(at::Tensor& logits_NV, const at::Tensor& targets_N, double scale,
                           at::Tensor& sum) {
  const int64_t rows = logits_NV.size(0), vocab = logits_NV.size(1);
  at::Tensor losses_N = at::empty({rows}, sum.options());
  const auto launch = [&](auto* logits) {
    CrossEntropy(logits, targets_N.const_data_ptr<int64_t>(), rows, vocab,
                 static_cast<float>(scale), losses_N.mutable_data_ptr<float>(),
                 c10::cuda::getCurrentCUDAStream(logits_NV.device().index()));
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  };
  if (logits_NV.scalar_type() == at::kFloat) {
    launch(logits_NV.mutable_data_ptr<float>());
  } else {
    launch(static_cast<__nv_bfloat16*>(logits_NV.mutable_data_ptr()));
  }
  sum.add_(losses_N.sum());
}
#endif

// log p(target) of each row, given p = softmax(z). Where p underflows it is z - max z + log max p.
at::Tensor LogOfTarget(const at::Tensor& z_NV, const at::Tensor& p_NV,
                       const at::Tensor& targets_N1) {
  constexpr float kSmallest = 1e-30F;
  const at::Tensor target_N1 = p_NV.gather(1, targets_N1);
  if (target_N1.min().item<float>() >= kSmallest) return target_N1.log();
  return z_NV.gather(1, targets_N1)
      .sub(z_NV.amax({1}, /*keepdim=*/true))
      .add(p_NV.amax({1}, /*keepdim=*/true).log());
}

// Memory is what costs: the logits are read once for softmax and its result is turned into the
// gradient in place.
at::Tensor CrossEntropyBlockCpu(const at::Tensor& logits_NV, const at::Tensor& targets_N,
                                double scale, at::Tensor p_NV, at::Tensor& sum) {
  const at::Tensor targets_N1 = targets_N.unsqueeze(1), z_NV = logits_NV.to(at::kFloat);
  if (scale == 0) {
    at::_log_softmax_out(p_NV, z_NV, 1, /*half_to_float=*/false);
    sum.sub_(p_NV.gather(1, targets_N1).sum());
    return {};
  }
  at::_softmax_out(p_NV, z_NV, 1, /*half_to_float=*/false);
  sum.sub_(LogOfTarget(z_NV, p_NV, targets_N1).sum());
  p_NV.scatter_add_(1, targets_N1, at::ones(targets_N1.sizes(), p_NV.options()).neg_());
  if (scale != 1) p_NV.mul_(scale);
  return p_NV.to(logits_NV.scalar_type());
}

// One block of rows: adds their losses to `sum`; with a scale other than 0, returns the gradient of
// `scale` times that. Works in the logits and, on a CPU, in `room` for as many rows in fp32.
at::Tensor CrossEntropyBlock(at::Tensor& logits_NV, const at::Tensor& targets_N, double scale,
                             const at::Tensor& room, at::Tensor& sum) {
#ifdef OWT_HAVE_CUDA
  if (logits_NV.is_cuda()) {
    // The kernel knows fp32 and bf16.
    const bool half = logits_NV.scalar_type() == at::kHalf;
    at::Tensor work_NV = half ? logits_NV.to(at::kFloat) : logits_NV;
    CrossEntropyBlockCuda(work_NV, targets_N, scale, sum);
    return half ? work_NV.to(at::kHalf) : work_NV;
  }
#endif
  return CrossEntropyBlockCpu(logits_NV, targets_N, scale, room.narrow(0, 0, logits_NV.size(0)),
                              sum);
}

struct HeadGradients {
  at::Tensor hidden_NC;  // in the type of the products
  at::Tensor weight_VC;  // fp32
  double scale = 1;      // of both
  bool add = false;      // to the weight's
};

// The summed loss of factors in the type of the products; with `gradients`, also fills those of
// their scale times the loss.
at::Tensor BlockwiseLoss(const at::Tensor& hidden, const at::Tensor& weight,
                         const at::Tensor& targets_N, HeadGradients* gradients) {
  const at::NoGradGuard no_grad;
  const int64_t rows = hidden.size(0), block = std::min(rows, HeadRows(hidden.is_cuda()));
  const double scale = gradients != nullptr ? gradients->scale : 0.0;
  // In fp32 the factor goes to the products, which are smaller than what they are made of.
  const bool late = scale != 0 && !hidden.is_cuda() && hidden.scalar_type() == at::kFloat;
  const auto fp32 = hidden.options().dtype(at::kFloat);
  at::Tensor logits = at::empty({block, weight.size(0)}, hidden.options());
  const at::Tensor room = at::empty({hidden.is_cuda() ? 0 : block, weight.size(0)}, fp32);
  at::Tensor sum = at::empty({}, fp32).zero_();
  if (gradients != nullptr) gradients->hidden_NC = at::empty_like(hidden);
  for (int64_t begin = 0; begin < rows; begin += block) {
    const int64_t count = std::min(block, rows - begin);
    const at::Tensor h = hidden.narrow(0, begin, count);
    const at::Tensor target = targets_N.narrow(0, begin, count);
    at::Tensor z = logits.narrow(0, 0, count);
    at::mm_out(z, h, weight.t());
    const at::Tensor dz = CrossEntropyBlock(z, target, late ? 1.0 : scale, room, sum);
    if (gradients == nullptr) continue;
    at::Tensor dh = gradients->hidden_NC.narrow(0, begin, count);
    at::mm_out(dh, dz, weight);
    if (late) dh.mul_(scale);
    ProductInto(dz.t(), h, gradients->add || begin > 0, gradients->weight_VC, late ? scale : 1.0);
  }
  return sum;
}

// In the type that autocast asks for.
at::Tensor BlockwiseLossAsCast(const at::Tensor& hidden_NC, const at::Tensor& weight_VC,
                               const at::Tensor& targets_N, HeadGradients* gradients) {
  const at::NoGradGuard no_grad;
  const at::ScalarType type = ProductType(hidden_NC.device().type());
  return BlockwiseLoss(hidden_NC.to(type), weight_VC.to(type), targets_N, gradients);
}

class HeadLossFunction : public torch::autograd::Function<HeadLossFunction> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden_NC,
                            const at::Tensor& weight_VC, const at::Tensor& targets_N,
                            double scale) {
    HeadGradients gradients;
    gradients.scale = scale / static_cast<double>(hidden_NC.size(0));
    gradients.weight_VC = at::empty_like(weight_VC);
    const at::Tensor sum = BlockwiseLossAsCast(hidden_NC, weight_VC, targets_N, &gradients);
    context->save_for_backward(
        {gradients.hidden_NC.to(hidden_NC.scalar_type()), gradients.weight_VC});
    return sum.mul_(gradients.scale);
  }

  static variable_list backward(AutogradContext* context, variable_list above) {
    const variable_list saved = context->get_saved_variables();
    if (above[0].is_cpu() && above[0].item<double>() == 1) {
      return {saved[0], saved[1], at::Tensor(), at::Tensor()};
    }
    // In place: nobody else holds them, and a graph is run backward once.
    return {saved[0].mul_(above[0]), saved[1].mul_(above[0]), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor HeadLoss(const at::Tensor& hidden_NC, const at::Tensor& weight_VC,
                    const at::Tensor& targets_N, double scale) {
  if (!at::GradMode::is_enabled()) {
    return BlockwiseLossAsCast(hidden_NC, weight_VC, targets_N, nullptr)
        .mul_(scale / static_cast<double>(hidden_NC.size(0)));
  }
  return HeadLossFunction::apply(hidden_NC, weight_VC, targets_N, scale);
}

double HeadLossSum(const at::Tensor& hidden_NC, const at::Tensor& weight_VC,
                   const at::Tensor& targets_N) {
  return BlockwiseLossAsCast(hidden_NC, weight_VC, targets_N, nullptr).item<double>();
}

at::Tensor HeadLossInto(const at::Tensor& hidden_NC, const at::Tensor& weight_VC,
                        const at::Tensor& targets_N, double share, bool add,
                        at::Tensor* hidden_gradient_NC, at::Tensor* weight_gradient_VC) {
  const auto rows = static_cast<double>(hidden_NC.size(0));
  HeadGradients gradients;
  gradients.weight_VC = *weight_gradient_VC;
  gradients.scale = share / rows;
  gradients.add = add;
  const at::Tensor sum = BlockwiseLoss(hidden_NC, weight_VC, targets_N, &gradients);
  *hidden_gradient_NC = gradients.hidden_NC;
  return sum.mul_(share / rows);
}

}  // namespace owt::trainer
