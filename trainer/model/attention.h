#pragma once

#include <ATen/core/Tensor.h>

namespace owt::trainer {

// Whose causal attention is called: the library's for CPUs, and of those for CUDA cuDNN's, Flash
// Attention 2, the same in a fixed order of additions, and, for fp32, xFormers' memory-efficient
// one. None forms a matrix of T x T.
enum class AttentionBackend { kCpu, kCudnn, kFlash, kFlashInOrder, kEfficient };

const char* AttentionBackendName(AttentionBackend backend);

// The fastest of those that can; with `deterministic`, of those that give the same gradients in
// every run, which in fp32 on CUDA is none.
AttentionBackend PickAttention(const at::Tensor& qkv_N3C, int64_t length, bool deterministic);

// What backward needs besides the inputs.
struct AttentionOutput {
  at::Tensor out_NC;
  AttentionBackend backend = AttentionBackend::kCpu;
  at::Tensor out_BHTD, logsumexp, seed, offset;
};

// Causal self-attention over B sequences and H heads; a row holds q, k and v beside each other, as
// the product with c_attn gives them, and nothing is copied.
AttentionOutput CausalAttention(const at::Tensor& qkv_N3C, int64_t batch, int64_t heads,
                                bool deterministic = false);

// The gradient of qkv_N3C; its column sums, which are the gradient of c_attn's bias, are set in or
// added to bias_gradient_3C on the way.
at::Tensor CausalAttentionBackward(const at::Tensor& out_gradient_NC, const at::Tensor& qkv_N3C,
                                   const AttentionOutput& forward, int64_t batch, int64_t heads,
                                   bool add, at::Tensor* bias_gradient_3C);

}  // namespace owt::trainer
