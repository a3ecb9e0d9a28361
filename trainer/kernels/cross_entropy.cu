// A block of threads takes a row. Maximum and sum are found in one pass (Milakov and Gimelshein,
// "Online normalizer calculation for softmax", arXiv 1805.02867): each thread keeps the largest
// value it has seen and the sum of exponentials below it, and pairs of such states are merged. The
// second pass finds the row in the L2 cache, which must hold all rows in flight: hence blocks of as
// many threads as there can be.
#include "trainer/kernels/cross_entropy.h"

#include <cfloat>

#include "trainer/kernels/pack.cuh"

namespace owt::trainer {
namespace {

constexpr int kThreads = 1024;
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ % 100 != 0
constexpr int kBlocksAtOnce = 1;  // a processor of these chips has 1,536 threads
#else
constexpr int kBlocksAtOnce = 2;  // of these 2,048
#endif
constexpr int kWarps = kThreads / kWarp;

// sum = sum over values v seen of exp(v - max).
struct SoftmaxState {
  float max = -FLT_MAX;
  float sum = 0;

  template <int kSize>
  __device__ void Add(const float (&values)[kSize]) {
    float larger = max;
#pragma unroll
    for (const float value : values) larger = fmaxf(larger, value);
    if (larger > max) {
      sum *= __expf(max - larger);
      max = larger;
    }
#pragma unroll
    for (const float value : values) sum += __expf(value - max);
  }

  __device__ void Merge(float other_max, float other_sum) {
    const float larger = fmaxf(max, other_max);
    sum = sum * __expf(max - larger) + other_sum * __expf(other_max - larger);
    max = larger;
  }
};

__device__ void MergeWarp(SoftmaxState* state) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    state->Merge(__shfl_xor_sync(0xFFFFFFFFu, state->max, offset),
                 __shfl_xor_sync(0xFFFFFFFFu, state->sum, offset));
  }
}

// The state of the whole row, in every thread.
__device__ SoftmaxState MergeBlock(SoftmaxState state) {
  __shared__ float maxima[kWarps], sums[kWarps];
  MergeWarp(&state);
  const unsigned warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  if (lane == 0) {
    maxima[warp] = state.max;
    sums[warp] = state.sum;
  }
  __syncthreads();
  SoftmaxState all;
  if (lane < kWarps) {
    all.max = maxima[lane];
    all.sum = sums[lane];
  }
  MergeWarp(&all);
  return all;
}

__device__ float ToFloat(float x) { return x; }

__device__ float ToFloat(__nv_bfloat16 x) { return __bfloat162float(x); }

__device__ void Set(float* to, float x) { *to = x; }

__device__ void Set(__nv_bfloat16* to, float x) { *to = __float2bfloat16(x); }

// What a thread loads at once.
template <class T, int kSize>
struct alignas(kSize * sizeof(T)) Values {
  T values[kSize];
};

template <class T, int kSize>
__global__ void __launch_bounds__(kThreads, kBlocksAtOnce)
    CrossEntropyRow(T* logits_NV, const int64_t* targets_N, int64_t vocab, float gradient_scale,
                    float* losses_N) {
  const int64_t row = blockIdx.x;
  T* const logits = logits_NV + row * vocab;
  auto* const packs = reinterpret_cast<Values<T, kSize>*>(logits);
  const int64_t num_packs = vocab / kSize;
  SoftmaxState state;
  for (int64_t i = threadIdx.x; i < num_packs; i += kThreads) {
    const Values<T, kSize> pack = packs[i];
    float values[kSize];
#pragma unroll
    for (int k = 0; k < kSize; ++k) values[k] = ToFloat(pack.values[k]);
    state.Add(values);
  }
  state = MergeBlock(state);
  const int64_t target = targets_N[row];
  if (threadIdx.x == 0) losses_N[row] = state.max + __logf(state.sum) - ToFloat(logits[target]);
  if (gradient_scale == 0) return;
  __syncthreads();  // the loss has read its logit before it is overwritten
  const float factor = gradient_scale / state.sum;
  for (int64_t i = threadIdx.x; i < num_packs; i += kThreads) {
    Values<T, kSize> pack = packs[i];
#pragma unroll
    for (int k = 0; k < kSize; ++k) {
      float gradient = __expf(ToFloat(pack.values[k]) - state.max) * factor;
      if (i * kSize + k == target) gradient -= gradient_scale;
      Set(&pack.values[k], gradient);
    }
    packs[i] = pack;
  }
}

template <class T>
void Launch(T* logits_NV, const int64_t* targets_N, int64_t num_rows, int64_t vocab,
            float gradient_scale, float* losses_N, cudaStream_t stream) {
  if (num_rows == 0) return;
  constexpr int kPerLoad = 16 / sizeof(T);
  const auto row = vocab % kPerLoad == 0 ? CrossEntropyRow<T, kPerLoad> : CrossEntropyRow<T, 1>;
  row<<<static_cast<unsigned>(num_rows), kThreads, 0, stream>>>(logits_NV, targets_N, vocab,
                                                                gradient_scale, losses_N);
}

}  // namespace

void CrossEntropy(__nv_bfloat16* logits_NV, const int64_t* targets_N, int64_t num_rows,
                  int64_t vocab, float gradient_scale, float* losses_N, cudaStream_t stream) {
  Launch(logits_NV, targets_N, num_rows, vocab, gradient_scale, losses_N, stream);
}

void CrossEntropy(float* logits_NV, const int64_t* targets_N, int64_t num_rows, int64_t vocab,
                  float gradient_scale, float* losses_N, cudaStream_t stream) {
  Launch(logits_NV, targets_N, num_rows, vocab, gradient_scale, losses_N, stream);
}

}  // namespace owt::trainer
