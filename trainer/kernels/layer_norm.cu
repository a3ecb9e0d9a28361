// Forward: a warp takes a row and keeps it in shared memory between its three passes.
// Backward: a block takes kRowsAtOnce rows at a time, so that their loads overlap and one barrier
// serves them all; each thread owns eight columns, whose sums over the rows it keeps in registers.
#include "trainer/kernels/layer_norm.h"

#include <algorithm>
#include <type_traits>

#include "trainer/kernels/pack.cuh"

namespace owt::trainer {
namespace {

constexpr int kForwardWarps = 4;
constexpr int kMaxSharedBytes = 48 << 10;  // without asking for more
constexpr int kRowsAtOnce = 2;
constexpr int kMaxBlocks = 660;  // five for each processor of an H100
constexpr int kMaxThreads = static_cast<int>(kWidestNorm) / kPack;

template <class R, class T>
__global__ void ForwardKernel(NormForward<R, T> norm, int64_t rows, int width) {
  extern __shared__ float4 shared[];
  const int warp = static_cast<int>(threadIdx.y), lane = static_cast<int>(threadIdx.x);
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + warp;
  if (row >= rows) return;
  float* const kept = reinterpret_cast<float*>(shared) + warp * width;
  const int64_t begin = row * width;
  float sum = 0;
  for (int c = lane * kPack; c < width; c += kWarp * kPack) {
    Floats x = Load(norm.residual_NC + begin + c);
    if (norm.branch_NC != nullptr) {
      x = Add(x, Add(Load(norm.branch_NC + begin + c), Load(norm.branch_bias_C + c)));
      Store(norm.sum_NC + begin + c, x);
#pragma unroll
      for (float& value : x.v) value = Rounded<R>(value);  // what backward will read
    }
    Store(kept + c, x);
#pragma unroll
    for (const float value : x.v) sum += value;
  }
  const float mean = WarpSum(sum) / static_cast<float>(width);
  float squares = 0;
  for (int c = lane * kPack; c < width; c += kWarp * kPack) {
    const Floats x = Load(kept + c);
#pragma unroll
    for (const float value : x.v) squares += (value - mean) * (value - mean);
  }
  const float rstd = rsqrtf(WarpSum(squares) / static_cast<float>(width) + norm.epsilon);
  for (int c = lane * kPack; c < width; c += kWarp * kPack) {
    Floats x = Load(kept + c);
    const Floats weight = Load(norm.weight_C + c), bias = Load(norm.bias_C + c);
#pragma unroll
    for (int i = 0; i < kPack; ++i) x.v[i] = (x.v[i] - mean) * rstd * weight.v[i] + bias.v[i];
    Store(norm.out_NC + begin + c, x);
  }
  if (lane == 0) {
    norm.mean_N[row] = mean;
    norm.rstd_N[row] = rstd;
  }
}

// Sums kCount values of each thread over the block, into every thread. `shared` must not be
// written again before the next but one call: two of them in turn need one barrier a call.
template <int kCount>
__device__ void BlockSums(float (&values)[kCount], float (*shared)[kCount], int warps) {
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
#pragma unroll
  for (int k = 0; k < kCount; ++k) values[k] = WarpSum(values[k]);
  if (threadIdx.x % kWarp == 0) {
#pragma unroll
    for (int k = 0; k < kCount; ++k) shared[warp][k] = values[k];
  }
  __syncthreads();
#pragma unroll
  for (int k = 0; k < kCount; ++k) values[k] = 0;
  for (int w = 0; w < warps; ++w) {
#pragma unroll
    for (int k = 0; k < kCount; ++k) values[k] += shared[w][k];
  }
}

// One row's part of a thread.
struct RowPart {
  Floats hat, gradient;  // normalized input; gradient of the output
  float rstd = 0;
};

template <class R, class T>
__global__ void __launch_bounds__(kMaxThreads)
    BackwardKernel(NormBackward<R, T> norm, int64_t rows, int width) {
  __shared__ float shared[2][kMaxThreads / kWarp][2 * kRowsAtOnce];
  const int c = static_cast<int>(threadIdx.x) * kPack;
  const bool mine = c < width;
  const int warps = static_cast<int>(blockDim.x) / kWarp;
  const float inverse_width = 1.0f / static_cast<float>(width);
  Floats weight = {}, weight_sum = {}, bias_sum = {}, branch_sum = {};
  if (mine) weight = Load(norm.weight_C + c);
  int turn = 0;
  for (int64_t first = static_cast<int64_t>(blockIdx.x) * kRowsAtOnce; first < rows;
       first += static_cast<int64_t>(gridDim.x) * kRowsAtOnce, turn ^= 1) {
    RowPart parts[kRowsAtOnce] = {};
    Floats above[kRowsAtOnce] = {};
    float sums[2 * kRowsAtOnce] = {};
#pragma unroll
    for (int r = 0; r < kRowsAtOnce; ++r) {
      const int64_t row = first + r;
      if (!mine || row >= rows) continue;
      RowPart& part = parts[r];
      part.gradient = Load(norm.out_gradient_NC + row * width + c);
      part.hat = Load(norm.sum_NC + row * width + c);
      if (norm.has_residual_gradient) above[r] = Load(norm.residual_gradient_NC + row * width + c);
      const float mean = norm.mean_N[row];
      part.rstd = norm.rstd_N[row];
#pragma unroll
      for (int i = 0; i < kPack; ++i) {
        part.hat.v[i] = (part.hat.v[i] - mean) * part.rstd;
        weight_sum.v[i] += part.gradient.v[i] * part.hat.v[i];
        bias_sum.v[i] += part.gradient.v[i];
        part.gradient.v[i] *= weight.v[i];
        sums[2 * r] += part.gradient.v[i];
        sums[2 * r + 1] += part.gradient.v[i] * part.hat.v[i];
      }
    }
    BlockSums(sums, shared[turn], warps);
#pragma unroll
    for (int r = 0; r < kRowsAtOnce; ++r) {
      const int64_t row = first + r;
      if (!mine || row >= rows) continue;
      const RowPart& part = parts[r];
      const float mean = sums[2 * r] * inverse_width, along = sums[2 * r + 1] * inverse_width;
      Floats dx;
#pragma unroll
      for (int i = 0; i < kPack; ++i) {
        dx.v[i] = above[r].v[i] + part.rstd * (part.gradient.v[i] - mean - part.hat.v[i] * along);
        branch_sum.v[i] += dx.v[i];
      }
      Store(norm.residual_gradient_NC + row * width + c, dx);
      if constexpr (!std::is_same_v<R, T>) Store(norm.branch_gradient_NC + row * width + c, dx);
    }
  }
  if (!mine) return;
  float* const partial = norm.partials + static_cast<int64_t>(blockIdx.x) * 3 * width + c;
  Store(partial, weight_sum);
  Store(partial + width, bias_sum);
  Store(partial + 2 * width, branch_sum);
}

}  // namespace

template <class R, class T>
void LayerNormForward(const NormForward<R, T>& norm, int64_t rows, int64_t width,
                      cudaStream_t stream) {
  const int row_bytes = static_cast<int>(width) * static_cast<int>(sizeof(float));
  const int warps = std::min(kForwardWarps, kMaxSharedBytes / row_bytes);
  const auto blocks = static_cast<unsigned>((rows + warps - 1) / warps);
  ForwardKernel<R, T>
      <<<blocks, dim3(kWarp, static_cast<unsigned>(warps)), static_cast<size_t>(warps * row_bytes),
         stream>>>(norm, rows, static_cast<int>(width));
}

int NormPartials(int64_t rows) {
  return static_cast<int>(std::min<int64_t>((rows + kRowsAtOnce - 1) / kRowsAtOnce, kMaxBlocks));
}

template <class R, class T>
void LayerNormBackward(const NormBackward<R, T>& norm, int64_t rows, int64_t width,
                       const ColumnSums& sums, cudaStream_t stream) {
  const int packs = static_cast<int>(width) / kPack;
  const int threads = (packs + kWarp - 1) / kWarp * kWarp;
  const int blocks = NormPartials(rows);
  BackwardKernel<R, T>
      <<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads), 0, stream>>>(
          norm, rows, static_cast<int>(width));
  SumPartials(norm.partials, blocks, width, sums, stream);
}

using Bf16 = __nv_bfloat16;

template void LayerNormForward(const NormForward<float, float>&, int64_t, int64_t, cudaStream_t);
template void LayerNormForward(const NormForward<float, Bf16>&, int64_t, int64_t, cudaStream_t);
template void LayerNormForward(const NormForward<Bf16, Bf16>&, int64_t, int64_t, cudaStream_t);
template void LayerNormBackward(const NormBackward<float, float>&, int64_t, int64_t,
                                const ColumnSums&, cudaStream_t);
template void LayerNormBackward(const NormBackward<float, Bf16>&, int64_t, int64_t,
                                const ColumnSums&, cudaStream_t);
template void LayerNormBackward(const NormBackward<Bf16, Bf16>&, int64_t, int64_t,
                                const ColumnSums&, cudaStream_t);

}  // namespace owt::trainer
