#include "trainer/kernels/adamw.h"

#include "trainer/kernels/pack.cuh"

namespace owt::trainer {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp;
constexpr int kVector = 4;  // floats a thread loads at once

// The sum over the block, in thread 0; in double, since it ends in one number for all gradients.
__device__ double BlockSum(double x) {
  __shared__ double shared[kWarps];
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    x += __shfl_xor_sync(0xFFFFFFFFu, x, offset);
  }
  if (threadIdx.x % kWarp == 0) shared[threadIdx.x / kWarp] = x;
  __syncthreads();
  if (threadIdx.x != 0) return 0;
  for (int i = 1; i < kWarps; ++i) x += shared[i];
  return x;
}

struct Piece {
  const UpdateTensor* tensor;
  int64_t begin, end;
};

__device__ Piece PieceOf(const UpdateTable& table, unsigned block) {
  const UpdateChunk chunk = table.chunks[block];
  const UpdateTensor* const tensor = table.tensors + chunk.tensor;
  const int64_t begin = chunk.chunk * kUpdateChunk;
  return {tensor, begin, min(tensor->size, begin + kUpdateChunk)};
}

__global__ void __launch_bounds__(kThreads) SquaresKernel(UpdateTable table, float* sums) {
  const Piece piece = PieceOf(table, blockIdx.x);
  const float* const gradient = piece.tensor->gradient;
  const int64_t whole = piece.begin + (piece.end - piece.begin) / kVector * kVector;
  float sum = 0;
#pragma unroll 4
  for (int64_t i = piece.begin + threadIdx.x * kVector; i < whole; i += kThreads * kVector) {
    const float4 g = *reinterpret_cast<const float4*>(gradient + i);
    sum += g.x * g.x + g.y * g.y + g.z * g.z + g.w * g.w;
  }
  const int64_t rest = whole + threadIdx.x;
  if (rest < piece.end) sum += gradient[rest] * gradient[rest];
  const double all = BlockSum(sum);
  if (threadIdx.x == 0) sums[blockIdx.x] = static_cast<float>(all);
}

__global__ void __launch_bounds__(kThreads)
    FactorKernel(const float* sums, int count, float max_norm, const float* loss,
                 UpdateResult* result) {
  double sum = 0;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += kThreads) sum += sums[i];
  sum = BlockSum(sum);
  if (threadIdx.x != 0) return;
  const double norm = sqrt(sum);
  const double factor = max_norm > 0 ? max_norm / (norm + 1e-6) : 1.0;
  result->loss = *loss;
  result->norm = static_cast<float>(norm);
  result->factor = factor < 1.0 ? static_cast<float>(factor) : 1.0f;
  result->skip = !isfinite(*loss) || !isfinite(norm);
}

struct Step {
  float beta1, beta2, epsilon;
  float factor;     // of the gradient
  float keep;       // of the value: 1 - learning rate * weight decay
  float step_size;  // learning rate / mean_correction
  float square_correction;

  __device__ void Apply(float gradient, float& value, float& mean, float& square) const {
    gradient *= factor;
    mean += (1.0f - beta1) * (gradient - mean);
    square = beta2 * square + (1.0f - beta2) * gradient * gradient;
    value = value * keep - step_size * mean / (sqrtf(square) / square_correction + epsilon);
  }
};

__device__ void StoreCopy(__nv_bfloat16* to, const float4& value) {
  union {
    uint2 raw;
    __nv_bfloat162 pairs[2];
  } words;

  words.pairs[0] = __floats2bfloat162_rn(value.x, value.y);
  words.pairs[1] = __floats2bfloat162_rn(value.z, value.w);
  *reinterpret_cast<uint2*>(to) = words.raw;
}

__global__ void __launch_bounds__(kThreads)
    UpdateKernel(UpdateTable table, UpdateConstants constants, const UpdateInput* input,
                 const UpdateResult* result) {
  if (result->skip) return;
  const Piece piece = PieceOf(table, blockIdx.x);
  const UpdateTensor tensor = *piece.tensor;
  const Step step = {constants.beta1,
                     constants.beta2,
                     constants.epsilon,
                     result->factor,
                     1.0f - input->learning_rate * tensor.weight_decay,
                     input->learning_rate / input->mean_correction,
                     input->square_correction};
  const int64_t whole = piece.begin + (piece.end - piece.begin) / kVector * kVector;
#pragma unroll 2
  for (int64_t i = piece.begin + threadIdx.x * kVector; i < whole; i += kThreads * kVector) {
    const float4 g = *reinterpret_cast<const float4*>(tensor.gradient + i);
    float4 value = *reinterpret_cast<const float4*>(tensor.value + i);
    float4 mean = *reinterpret_cast<const float4*>(tensor.mean + i);
    float4 square = *reinterpret_cast<const float4*>(tensor.square + i);
    step.Apply(g.x, value.x, mean.x, square.x);
    step.Apply(g.y, value.y, mean.y, square.y);
    step.Apply(g.z, value.z, mean.z, square.z);
    step.Apply(g.w, value.w, mean.w, square.w);
    *reinterpret_cast<float4*>(tensor.value + i) = value;
    *reinterpret_cast<float4*>(tensor.mean + i) = mean;
    *reinterpret_cast<float4*>(tensor.square + i) = square;
    if (tensor.copy != nullptr) StoreCopy(tensor.copy + i, value);
  }
  const int64_t i = whole + threadIdx.x;
  if (i >= piece.end) return;
  step.Apply(tensor.gradient[i], tensor.value[i], tensor.mean[i], tensor.square[i]);
  if (tensor.copy != nullptr) tensor.copy[i] = __float2bfloat16(tensor.value[i]);
}

}  // namespace

void GradientNormAndFactor(const UpdateTable& table, const UpdateConstants& constants,
                           const float* loss, float* sums, UpdateResult* result,
                           cudaStream_t stream) {
  SquaresKernel<<<static_cast<unsigned>(table.num_chunks), kThreads, 0, stream>>>(table, sums);
  FactorKernel<<<1, kThreads, 0, stream>>>(sums, table.num_chunks, constants.max_norm, loss,
                                           result);
}

void UpdateAll(const UpdateTable& table, const UpdateConstants& constants, const UpdateInput* input,
               const UpdateResult* result, cudaStream_t stream) {
  UpdateKernel<<<static_cast<unsigned>(table.num_chunks), kThreads, 0, stream>>>(table, constants,
                                                                                 input, result);
}

}  // namespace owt::trainer
