#include "trainer/model/attention.h"

#include <ATen/Context.h>
#include <ATen/ops/_scaled_dot_product_cudnn_attention.h>
#include <ATen/ops/_scaled_dot_product_cudnn_attention_backward.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention_backward.h>
#include <ATen/ops/_scaled_dot_product_flash_attention.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_backward.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <array>
#include <tuple>

#include "trainer/model/product.h"

#ifdef OWT_HAVE_CUDA
#include <ATen/cuda/CUDAContextLight.h>

#include "trainer/kernels/column_passes.h"
#include "trainer/model/cuda_call.h"
#endif

namespace owt::trainer {
namespace {

// Views of [N, 3C] as q, k, v of [B, H, T, D].
std::array<at::Tensor, 3> SplitQkv(const at::Tensor& qkv_N3C, int64_t batch, int64_t heads) {
  const at::Tensor qkv =
      qkv_N3C.view({batch, qkv_N3C.size(0) / batch, 3, heads, qkv_N3C.size(1) / (3 * heads)});
  return {qkv.select(2, 0).transpose(1, 2), qkv.select(2, 1).transpose(1, 2),
          qkv.select(2, 2).transpose(1, 2)};
}

// [B, H, T, D] as rows of H*D; no copy where it lies in memory like that.
at::Tensor Rows(const at::Tensor& x_BHTD) {
  return x_BHTD.transpose(1, 2).reshape(
      {x_BHTD.size(0) * x_BHTD.size(2), x_BHTD.size(1) * x_BHTD.size(3)});
}

// Flash Attention adds up dq in a fixed order in the library's deterministic mode, which asks
// things of other operators, too, and fills new memory: hence for one call only.
class InOrder {
 public:
  explicit InOrder(bool in_order) : in_order_(in_order) {
    if (!in_order_) return;
    at::Context& context = at::globalContext();
    was_ = context.deterministicAlgorithms();
    fill_was_ = context.deterministicFillUninitializedMemory();
    context.setDeterministicAlgorithms(true, /*warn_only=*/false);
    context.setDeterministicFillUninitializedMemory(false);
  }

  ~InOrder() {
    if (!in_order_) return;
    at::globalContext().setDeterministicAlgorithms(was_, /*warn_only=*/false);
    at::globalContext().setDeterministicFillUninitializedMemory(fill_was_);
  }

  InOrder(const InOrder&) = delete;
  InOrder& operator=(const InOrder&) = delete;

 private:
  bool in_order_, was_ = false, fill_was_ = false;
};

using Triple = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

Triple AttentionGradients(const at::Tensor& dout, const std::array<at::Tensor, 3>& in,
                          const AttentionOutput& forward) {
  const auto& [q, k, v] = in;
  const int64_t length = q.size(2);
  switch (forward.backend) {
    case AttentionBackend::kCudnn:
      return at::_scaled_dot_product_cudnn_attention_backward(
          dout, q, k, v, forward.out_BHTD, forward.logsumexp, forward.seed, forward.offset,
          /*attn_bias=*/{}, /*cum_seq_q=*/{}, /*cum_seq_k=*/{}, length, length, 0.0,
          /*is_causal=*/true);
    case AttentionBackend::kFlash:
    case AttentionBackend::kFlashInOrder: {
      const InOrder in_order(forward.backend == AttentionBackend::kFlashInOrder);
      return at::_scaled_dot_product_flash_attention_backward(
          dout, q, k, v, forward.out_BHTD, forward.logsumexp, /*cum_seq_q=*/{}, /*cum_seq_k=*/{},
          length, length, 0.0, /*is_causal=*/true, forward.seed, forward.offset);
    }
    case AttentionBackend::kEfficient: {
      const auto all = at::_scaled_dot_product_efficient_attention_backward(
          dout, q, k, v, /*attn_bias=*/{}, forward.out_BHTD, forward.logsumexp, forward.seed,
          forward.offset, 0.0, {true, true, true, false}, /*is_causal=*/true);
      return {std::get<0>(all), std::get<1>(all), std::get<2>(all)};
    }
    case AttentionBackend::kCpu:
      break;
  }
  return at::_scaled_dot_product_flash_attention_for_cpu_backward(
      dout, q, k, v, forward.out_BHTD, forward.logsumexp, 0.0, /*is_causal=*/true);
}

// dq, dk, dv beside each other, and their column sums.
at::Tensor JoinQkv(const std::array<at::Tensor, 3>& parts_NC, bool add, at::Tensor* sums_3C) {
#ifdef OWT_HAVE_CUDA
  if (parts_NC[0].is_cuda()) {
    const int64_t rows = parts_NC[0].size(0), width = parts_NC[0].size(1);
    const at::Tensor joined = at::empty({rows, 3 * width}, parts_NC[0].options());
    const at::Tensor partials =
        at::empty({ColumnPartials(rows, 3 * width), 3 * width}, sums_3C->options());
    Launch(joined, [&](auto zero) {
      using T = decltype(zero);
      JoinColumns(Data<T>(parts_NC[0]), Data<T>(parts_NC[1]), Data<T>(parts_NC[2]), rows, width,
                  Data<T>(joined), Data<float>(partials), {{Data<float>(*sums_3C)}, 1, add},
                  StreamOf(joined));
    });
    return joined;
  }
#endif
  at::Tensor joined = at::cat({parts_NC[0], parts_NC[1], parts_NC[2]}, 1);
  SetOrAdd(joined.to(at::kFloat).sum(0), add, *sums_3C);
  return joined;
}

#ifdef OWT_HAVE_CUDA
AttentionBackend PickCuda(const at::Tensor& qkv_N3C, int64_t length, bool deterministic) {
  if (qkv_N3C.scalar_type() == at::kFloat) return AttentionBackend::kEfficient;
  if (deterministic) return AttentionBackend::kFlashInOrder;
  // Where cuDNN has kernels for Hopper and later; elsewhere Flash Attention 2 is as fast.
  const bool cudnn =
      at::cuda::getDeviceProperties(qkv_N3C.device().index())->major >= 9 && length % 64 == 0;
  return cudnn ? AttentionBackend::kCudnn : AttentionBackend::kFlash;
}
#endif

}  // namespace

const char* AttentionBackendName(AttentionBackend backend) {
  switch (backend) {
    case AttentionBackend::kCudnn:
      return "cuDNN";
    case AttentionBackend::kFlash:
      return "Flash Attention 2";
    case AttentionBackend::kFlashInOrder:
      return "Flash Attention 2 in a fixed order";
    case AttentionBackend::kEfficient:
      return "memory-efficient";
    case AttentionBackend::kCpu:
      break;
  }
  return "LibTorch's for CPUs";
}

AttentionBackend PickAttention([[maybe_unused]] const at::Tensor& qkv_N3C,
                               [[maybe_unused]] int64_t length,
                               [[maybe_unused]] bool deterministic) {
#ifdef OWT_HAVE_CUDA
  if (qkv_N3C.is_cuda()) return PickCuda(qkv_N3C, length, deterministic);
#endif
  return AttentionBackend::kCpu;
}

AttentionOutput CausalAttention(const at::Tensor& qkv_N3C, int64_t batch, int64_t heads,
                                bool deterministic) {
  const auto [q, k, v] = SplitQkv(qkv_N3C, batch, heads);
  AttentionOutput output;
  output.backend = PickAttention(qkv_N3C, q.size(2), deterministic);
  switch (output.backend) {
    case AttentionBackend::kCudnn: {
      const auto all = at::_scaled_dot_product_cudnn_attention(
          q, k, v, /*attn_bias=*/{}, /*compute_log_sumexp=*/true, 0.0, /*is_causal=*/true);
      output.out_BHTD = std::get<0>(all);
      output.logsumexp = std::get<1>(all);
      output.seed = std::get<6>(all);
      output.offset = std::get<7>(all);
      break;
    }
    case AttentionBackend::kFlash:
    case AttentionBackend::kFlashInOrder: {
      const auto all = at::_scaled_dot_product_flash_attention(q, k, v, 0.0, /*is_causal=*/true);
      output.out_BHTD = std::get<0>(all);
      output.logsumexp = std::get<1>(all);
      output.seed = std::get<6>(all);
      output.offset = std::get<7>(all);
      break;
    }
    case AttentionBackend::kEfficient:
      std::tie(output.out_BHTD, output.logsumexp, output.seed, output.offset) =
          at::_scaled_dot_product_efficient_attention(q, k, v, /*attn_bias=*/{},
                                                      /*compute_log_sumexp=*/true, 0.0,
                                                      /*is_causal=*/true);
      break;
    case AttentionBackend::kCpu:
      std::tie(output.out_BHTD, output.logsumexp) =
          at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, /*is_causal=*/true);
      break;
  }
  output.out_NC = Rows(output.out_BHTD);
  return output;
}

at::Tensor CausalAttentionBackward(const at::Tensor& out_gradient_NC, const at::Tensor& qkv_N3C,
                                   const AttentionOutput& forward, int64_t batch, int64_t heads,
                                   bool add, at::Tensor* bias_gradient_3C) {
  const std::array<at::Tensor, 3> in = SplitQkv(qkv_N3C, batch, heads);
  const at::Tensor dout_BHTD =
      out_gradient_NC.view({batch, in[0].size(2), heads, in[0].size(3)}).transpose(1, 2);
  const auto [dq, dk, dv] = AttentionGradients(dout_BHTD, in, forward);
  return JoinQkv({Rows(dq), Rows(dk), Rows(dv)}, add, bias_gradient_3C);
}

}  // namespace owt::trainer
