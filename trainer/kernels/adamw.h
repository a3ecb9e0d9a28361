#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime_api.h>

#include <cstdint>

namespace owt::trainer {

// The update of all parameters in one launch, and what it needs: the norm of all gradients. All
// tables and numbers lie on the device, so that the launches can be part of a CUDA graph and none
// of them waits for the host. Reference: LibTorch's fused AdamW (optim/adamw.h) and
// optim/clip.h. Deterministic.

// One parameter. All fp32 but the copy; pointers aligned to 16 bytes.
struct UpdateTensor {
  float* value;
  const float* gradient;
  float* mean;
  float* square;
  __nv_bfloat16* copy;  // gets the new value for the matrix products; or null
  int64_t size;
  float weight_decay;
};

// A piece of a tensor, which one block takes.
struct UpdateChunk {
  int32_t tensor;
  int32_t chunk;  // elements [chunk, chunk + 1) * kUpdateChunk of it
};

constexpr int64_t kUpdateChunk = 16384;

struct UpdateTable {
  const UpdateTensor* tensors;
  const UpdateChunk* chunks;
  int num_chunks;
};

// The same for all tensors and steps.
struct UpdateConstants {
  float beta1, beta2, epsilon;
  float max_norm;  // gradients are scaled down to this norm; 0: they are not
};

// From the host, for each step.
struct UpdateInput {
  float learning_rate;
  float mean_correction;    // 1 - beta1^t
  float square_correction;  // sqrt(1 - beta2^t)
};

// To the host, and from one kernel to the next.
struct UpdateResult {
  float loss;
  float norm;    // of all gradients, before clipping
  float factor;  // by which they are scaled
  int32_t skip;  // loss or norm are not finite: nothing is updated
};

// Fills `result`; `sums` holds num_chunks floats.
void GradientNormAndFactor(const UpdateTable& table, const UpdateConstants& constants,
                           const float* loss, float* sums, UpdateResult* result,
                           cudaStream_t stream);

// AdamW with decoupled weight decay on every tensor, unless result->skip.
void UpdateAll(const UpdateTable& table, const UpdateConstants& constants, const UpdateInput* input,
               const UpdateResult* result, cudaStream_t stream);

}  // namespace owt::trainer
