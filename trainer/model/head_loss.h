#pragma once

#include <ATen/core/Tensor.h>

namespace owt::trainer {

// Mean cross entropy of logits = hidden_NC weight_VC^T against targets_N (int64, each below V) as
// an fp32 scalar, with gradients to hidden and weight. Works through the rows in blocks, so it
// needs two buffers of HeadRows x V floats (on a GPU one, of logits) where the plain way needs
// three of N x V: at GPT-2's vocabulary those are most of a small model's memory and a good part of
// its time. The gradients are computed in the forward pass, while a block's logits are at hand. The
// products run in bf16 under autocast to bf16, sums and softmax always in fp32.
//
// The result is multiplied by `scale`, and so are the gradients before they are rounded to the type
// of the products: fp16 has nothing below 6e-8.
//
// REQUIRES: N > 0. Cost: three products of 2*N*C*V operations; one without gradients.
at::Tensor HeadLoss(const at::Tensor& hidden_NC, const at::Tensor& weight_VC,
                    const at::Tensor& targets_N, double scale = 1);

// The same without gradients, as the sum over the rows.
double HeadLossSum(const at::Tensor& hidden_NC, const at::Tensor& weight_VC,
                   const at::Tensor& targets_N);

// Without autograd, for factors that are in the type of the products already: `share` times the
// mean loss, whose gradients go to hidden_gradient and, fp32, into or with `add` onto
// weight_gradient.
at::Tensor HeadLossInto(const at::Tensor& hidden_NC, const at::Tensor& weight_VC,
                        const at::Tensor& targets_N, double share, bool add,
                        at::Tensor* hidden_gradient_NC, at::Tensor* weight_gradient_VC);

// Rows of a block. A CPU's caches like small ones; a GPU wants work for all its processors, and
// pays for the gradient of the weight once a block (0.4 GiB of bf16 logits at GPT-2's vocabulary).
constexpr int64_t HeadRows(bool is_cuda) { return is_cuda ? 4096 : 256; }

}  // namespace owt::trainer
