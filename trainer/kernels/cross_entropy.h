#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime_api.h>

#include <cstdint>

namespace owt::trainer {

// Softmax cross entropy of logits_NV (row-major) against targets_N (each in [0, V)): losses_N[n] =
// log(sum_v exp(logits[n, v])) - logits[n, targets[n]], computed in fp32. With `gradient_scale` not
// 0 the logits become the gradient of gradient_scale * sum_n losses[n]: (softmax - one_hot) *
// gradient_scale, in place. Queued on `stream`; N = 0 does nothing.
// Reference: the branch of head_loss.cc for CPUs. Cost: the logits read once from memory and, with
// a gradient, once more from the L2 cache and written once. Rows whose length is no multiple of 16
// bytes are read value by value. REQUIRES: logits aligned to 16 bytes; N < 2^31.
void CrossEntropy(__nv_bfloat16* logits_NV, const int64_t* targets_N, int64_t num_rows,
                  int64_t vocab, float gradient_scale, float* losses_N, cudaStream_t stream);
void CrossEntropy(float* logits_NV, const int64_t* targets_N, int64_t num_rows, int64_t vocab,
                  float gradient_scale, float* losses_N, cudaStream_t stream);

}  // namespace owt::trainer
