#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime_api.h>

#include <cstdint>

namespace owt::trainer {

// Token and position embeddings. R (float or __nv_bfloat16) is the type of the residual stream.
// Reference: the branches of model/embedding.cc for CPUs. REQUIRES of all: C a multiple of 8;
// pointers aligned to 32 bytes; N = B*T > 0; tokens within the table.

// out[n] = token_table[tokens[n]] + position_table[n % T].
template <class R>
void Embed(const int64_t* tokens_N, const float* token_table_VC, const float* position_table_TC,
           int64_t rows, int64_t length, int64_t width, R* out_NC, cudaStream_t stream);

// position_gradient[t] += sum over the sequences of gradient, in their order.
template <class R>
void AddPositionGradient(const R* gradient_NC, int64_t batch, int64_t length, int64_t width,
                         float* position_gradient_TC, cudaStream_t stream);

// token_gradient[v] += sum of the gradient's rows whose token is v. `sorted_N` are the tokens in
// rising order, `order_N` the rows they come from. Each row of the table is written by one block,
// which adds in that order, so the result is the same in every run. `partials` holds
// TokenGradientPartials(rows) * C floats.
template <class R>
void AddTokenGradient(const R* gradient_NC, const int64_t* sorted_N, const int64_t* order_N,
                      int64_t rows, int64_t width, float* partials, float* token_gradient_VC,
                      cudaStream_t stream);

int64_t TokenGradientPartials(int64_t rows);

}  // namespace owt::trainer
