#include "trainer/model/gelu.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>

#include "trainer/model/product.h"

#ifdef OWT_HAVE_CUDA
#include "trainer/kernels/column_passes.h"
#include "trainer/model/cuda_call.h"
#endif

namespace owt::trainer {

at::Tensor BiasGelu(const at::Tensor& in_NF, const at::Tensor& bias_F) {
#ifdef OWT_HAVE_CUDA
  if (in_NF.is_cuda()) {
    const at::Tensor out = at::empty_like(in_NF);
    Launch(in_NF, [&](auto zero) {
      using T = decltype(zero);
      BiasGelu(Data<T>(in_NF), Data<float>(bias_F), in_NF.size(0), in_NF.size(1), Data<T>(out),
               StreamOf(in_NF));
    });
    return out;
  }
#endif
  return at::gelu(in_NF.to(at::kFloat).add(bias_F), "tanh").to(in_NF.scalar_type());
}

void BiasGeluBackward(const at::Tensor& in_NF, const at::Tensor& bias_F, bool add,
                      at::Tensor* gradient_NF, at::Tensor* bias_gradient_F) {
#ifdef OWT_HAVE_CUDA
  if (in_NF.is_cuda()) {
    const int64_t rows = in_NF.size(0), columns = in_NF.size(1);
    const at::Tensor partials =
        at::empty({ColumnPartials(rows, columns), columns}, bias_F.options());
    Launch(in_NF, [&](auto zero) {
      using T = decltype(zero);
      BiasGeluBackward(Data<T>(in_NF), Data<float>(bias_F), rows, columns, Data<T>(*gradient_NF),
                       Data<float>(partials), {{Data<float>(*bias_gradient_F)}, 1, add},
                       StreamOf(in_NF));
    });
    return;
  }
#endif
  const at::Tensor dx =
      at::gelu_backward(gradient_NF->to(at::kFloat), in_NF.to(at::kFloat).add(bias_F), "tanh");
  SetOrAdd(dx.sum(0), add, *bias_gradient_F);
  gradient_NF->copy_(dx);
}

}  // namespace owt::trainer
