#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime_api.h>

#include <cstdint>

#include "trainer/kernels/column_sums.h"

namespace owt::trainer {

// Passes over matrices of F columns in which each thread owns eight columns, so that what belongs
// to a column (a bias, a sum over the rows) stays in registers. T is float or __nv_bfloat16,
// arithmetic fp32. Reference: the branches of model/gelu.cc and model/attention.cc for CPUs.
// REQUIRES of all: F (and C) a multiple of 8; pointers aligned to 32 bytes; N > 0. Deterministic.

// Row blocks of the kernels below that sum over rows, each of which leaves sums of its own.
int ColumnPartials(int64_t rows, int64_t columns);

// out = gelu(in + bias), GELU by its tanh formula (Hendrycks and Gimpel, arXiv 1606.08415).
template <class T>
void BiasGelu(const T* in_NF, const float* bias_F, int64_t rows, int64_t columns, T* out_NF,
              cudaStream_t stream);

// gradient becomes that of `in`, in place; sums.to[0] gets its column sums, which are those of the
// bias. `partials` holds ColumnPartials * F floats.
template <class T>
void BiasGeluBackward(const T* in_NF, const float* bias_F, int64_t rows, int64_t columns,
                      T* gradient_NF, float* partials, const ColumnSums& sums, cudaStream_t stream);

// Puts the rows of three matrices beside each other: out[n] = q[n] k[n] v[n]; sums.to[0] gets the
// 3 * C column sums. `partials` holds ColumnPartials * 3 * C floats.
template <class T>
void JoinColumns(const T* q_NC, const T* k_NC, const T* v_NC, int64_t rows, int64_t width,
                 T* out_N3C, float* partials, const ColumnSums& sums, cudaStream_t stream);

}  // namespace owt::trainer
