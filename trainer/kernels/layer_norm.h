#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime_api.h>

#include <cstdint>

#include "trainer/kernels/column_sums.h"

namespace owt::trainer {

// Residual sum and LayerNorm in one pass over rows of C values. R is the type of the residual
// stream, T that of the matrix products: both float, both bf16, or float and bf16. Statistics and
// arithmetic are fp32. Reference: the branches of model/layer_norm.cc for CPUs.
// REQUIRES of all: C a multiple of 8 and at most kWidestNorm; pointers aligned to 32 bytes; N > 0.
constexpr int64_t kWidestNorm = 4096;

// sum = residual + branch + branch_bias, out = (sum - mean) * rstd * weight + bias, with mean and
// rstd = 1/sqrt(variance + epsilon) of each row of sum. Without a branch (null) `sum` is not
// written: it is the residual. Cost: each operand once through memory.
template <class R, class T>
struct NormForward {
  const R* residual_NC;
  const T* branch_NC;          // or null
  const float* branch_bias_C;  // null where branch is
  const float* weight_C;
  const float* bias_C;
  float epsilon;
  R* sum_NC;  // null where branch is
  T* out_NC;
  float* mean_N;
  float* rstd_N;
};

template <class R, class T>
void LayerNormForward(const NormForward<R, T>& norm, int64_t rows, int64_t width,
                      cudaStream_t stream);

// Its gradient: residual_gradient += that of `sum` through out, in place, with a copy in T for the
// products. `sums` gets those of weight, bias and branch_bias, the last being the column sums of
// the new residual_gradient. Deterministic.
template <class R, class T>
struct NormBackward {
  const T* out_gradient_NC;
  const R* sum_NC;
  const float* mean_N;
  const float* rstd_N;
  const float* weight_C;
  bool has_residual_gradient;  // else it is written without being read
  R* residual_gradient_NC;
  T* branch_gradient_NC;  // may be residual_gradient_NC where the types are the same
  float* partials;        // NormPartials(rows) times 3 * width
};

// Blocks of the backward kernel, each of which leaves sums of its own.
int NormPartials(int64_t rows);

template <class R, class T>
void LayerNormBackward(const NormBackward<R, T>& norm, int64_t rows, int64_t width,
                       const ColumnSums& sums, cudaStream_t stream);

}  // namespace owt::trainer
