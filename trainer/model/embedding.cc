#include "trainer/model/embedding.h"

#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/sort.h>

#include <tuple>

#ifdef OWT_HAVE_CUDA
#include "trainer/kernels/embedding.h"
#include "trainer/model/cuda_call.h"
#endif

namespace owt::trainer {
namespace {

#ifdef OWT_HAVE_CUDA
void CudaEmbedBackward(const at::Tensor& gradient_NC, const at::Tensor& tokens_N, int64_t length,
                       at::Tensor* token_gradient_VC, at::Tensor* position_gradient_TC) {
  const int64_t rows = gradient_NC.size(0), width = gradient_NC.size(1);
  const auto [sorted, order] = at::sort(tokens_N, /*stable=*/true, /*dim=*/0, false);
  const at::Tensor partials =
      at::empty({TokenGradientPartials(rows), width}, token_gradient_VC->options());
  const at::Tensor &tokens = sorted, &rows_of = order;  // a lambda takes no structured binding
  Launch(gradient_NC, [&](auto zero) {
    using R = decltype(zero);
    AddPositionGradient(Data<R>(gradient_NC), rows / length, length, width,
                        Data<float>(*position_gradient_TC), StreamOf(gradient_NC));
    AddTokenGradient(Data<R>(gradient_NC), Data<int64_t>(tokens), Data<int64_t>(rows_of), rows,
                     width, Data<float>(partials), Data<float>(*token_gradient_VC),
                     StreamOf(gradient_NC));
  });
}
#endif

}  // namespace

at::Tensor Embed(const at::Tensor& tokens_N, int64_t length, const at::Tensor& token_table_VC,
                 const at::Tensor& position_table_TC, at::ScalarType type) {
  const int64_t rows = tokens_N.size(0), width = token_table_VC.size(1);
#ifdef OWT_HAVE_CUDA
  if (tokens_N.is_cuda()) {
    const at::Tensor out = at::empty({rows, width}, token_table_VC.options().dtype(type));
    Launch(out, [&](auto zero) {
      using R = decltype(zero);
      Embed(Data<int64_t>(tokens_N), Data<float>(token_table_VC), Data<float>(position_table_TC),
            rows, length, width, Data<R>(out), StreamOf(out));
    });
    return out;
  }
#endif
  return at::embedding(token_table_VC, tokens_N)
      .view({rows / length, length, width})
      .add(position_table_TC.slice(0, 0, length))
      .view({rows, width})
      .to(type);
}

void EmbedBackward(const at::Tensor& gradient_NC, const at::Tensor& tokens_N, int64_t length,
                   at::Tensor* token_gradient_VC, at::Tensor* position_gradient_TC) {
#ifdef OWT_HAVE_CUDA
  if (gradient_NC.is_cuda()) {
    CudaEmbedBackward(gradient_NC, tokens_N, length, token_gradient_VC, position_gradient_TC);
    return;
  }
#endif
  const at::Tensor gradient = gradient_NC.to(at::kFloat);
  token_gradient_VC->index_add_(0, tokens_N, gradient);
  position_gradient_TC->slice(0, 0, length)
      .add_(gradient.view({-1, length, gradient.size(1)}).sum(0));
}

}  // namespace owt::trainer
