#pragma once

#include <ATen/core/Tensor.h>

namespace owt::trainer {

// token_table[token] + position_table[position] in `type`, for int64 tokens of sequences of
// `length`, back to back. REQUIRES: tokens below the table's size.
at::Tensor Embed(const at::Tensor& tokens_N, int64_t length, const at::Tensor& token_table_VC,
                 const at::Tensor& position_table_TC, at::ScalarType type);

// Adds the gradients of both tables; the same in every run.
void EmbedBackward(const at::Tensor& gradient_NC, const at::Tensor& tokens_N, int64_t length,
                   at::Tensor* token_gradient_VC, at::Tensor* position_gradient_TC);

}  // namespace owt::trainer
