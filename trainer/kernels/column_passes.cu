#include "trainer/kernels/column_passes.h"

#include <algorithm>

#include "trainer/kernels/pack.cuh"

namespace owt::trainer {
namespace {

constexpr int kThreads = 128;
constexpr int kColumnsOfBlock = kThreads * kPack;
constexpr int kRowsInFlight = 4;
constexpr int kBlocksAtOnce = 6;    // on a processor: bounds the registers
constexpr int kBlocksWanted = 792;  // as many on all processors of an H100

unsigned BlocksAcross(int64_t columns) {
  return static_cast<unsigned>((columns + kColumnsOfBlock - 1) / kColumnsOfBlock);
}

dim3 Grid(int64_t rows, int64_t columns) {
  return {BlocksAcross(columns), static_cast<unsigned>(ColumnPartials(rows, columns))};
}

constexpr float kRootTwoOverPi = 0.7978845608028654f;
constexpr float kCube = 0.044715f;

// 0.5 * (1 + tanh(u)) is the logistic function of 2u, with u the tanh formula's polynomial: one
// exponential and one reciprocal. Where the exponential overflows it is 0, as it should.
__device__ float GeluGate(float x, float squared) {
  return __fdividef(1.0f, 1.0f + __expf(-2.0f * kRootTwoOverPi * x * (1.0f + kCube * squared)));
}

__device__ float Gelu(float x) { return x * GeluGate(x, x * x); }

__device__ float GeluSlope(float x) {
  const float squared = x * x, gate = GeluGate(x, squared);
  const float slope = 2.0f * kRootTwoOverPi * (1.0f + 3.0f * kCube * squared);
  return gate + gate * (1.0f - gate) * x * slope;
}

// Calls load(row) for some rows, all of them before the first use(row, what it gave), so that the
// loads overlap. Blocks take rows in turn: those that run together read memory side by side.
template <class LoadRow, class UseRow>
__device__ void ForRows(int64_t rows, LoadRow load, UseRow use) {
  const int64_t stride = static_cast<int64_t>(gridDim.y) * kRowsInFlight;
  for (int64_t first = static_cast<int64_t>(blockIdx.y) * kRowsInFlight; first < rows;
       first += stride) {
    decltype(load(first)) loaded[kRowsInFlight];
#pragma unroll
    for (int r = 0; r < kRowsInFlight; ++r) {
      if (first + r < rows) loaded[r] = load(first + r);
    }
#pragma unroll
    for (int r = 0; r < kRowsInFlight; ++r) {
      if (first + r < rows) use(first + r, loaded[r]);
    }
  }
}

__device__ int64_t FirstColumn() {
  return (static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x) * kPack;
}

template <class T>
__global__ void __launch_bounds__(kThreads, kBlocksAtOnce)
    BiasGeluKernel(const T* in_NF, const float* bias_F, int64_t rows, int64_t columns, T* out_NF) {
  const int64_t c = FirstColumn();
  if (c >= columns) return;
  const Floats bias = Load(bias_F + c);
  ForRows(
      rows, [&](int64_t row) { return LoadRaw(in_NF + row * columns + c); },
      [&](int64_t row, const auto& raw) {
        const Floats in = Unpack(raw);
        Floats out;
#pragma unroll
        for (int i = 0; i < kPack; ++i) out.v[i] = Gelu(in.v[i] + bias.v[i]);
        Store(out_NF + row * columns + c, out);
      });
}

template <class Raw>
struct InAndGradient {
  Raw in, gradient;
};

template <class T>
__global__ void __launch_bounds__(kThreads, kBlocksAtOnce)
    BiasGeluBackwardKernel(const T* in_NF, const float* bias_F, int64_t rows, int64_t columns,
                           T* gradient_NF, float* partials) {
  const int64_t c = FirstColumn();
  if (c >= columns) return;
  const Floats bias = Load(bias_F + c);
  Floats sum = {};
  ForRows(
      rows,
      [&](int64_t row) {
        const int64_t at = row * columns + c;
        using Raw = decltype(LoadRaw(in_NF));
        return InAndGradient<Raw>{LoadRaw(in_NF + at), LoadRaw(gradient_NF + at)};
      },
      [&](int64_t row, const auto& raw) {
        const Floats in = Unpack(raw.in);
        Floats gradient = Unpack(raw.gradient);
#pragma unroll
        for (int i = 0; i < kPack; ++i) gradient.v[i] *= GeluSlope(in.v[i] + bias.v[i]);
        sum = Add(sum, gradient);
        Store(gradient_NF + row * columns + c, gradient);
      });
  Store(partials + blockIdx.y * columns + c, sum);
}

template <class T>
__global__ void __launch_bounds__(kThreads, kBlocksAtOnce)
    JoinColumnsKernel(const T* q_NC, const T* k_NC, const T* v_NC, int64_t rows, int64_t width,
                      T* out_N3C, float* partials) {
  const int64_t c = FirstColumn(), columns = 3 * width;
  if (c >= columns) return;
  const T* const from = c < width       ? q_NC + c
                        : c < 2 * width ? k_NC + c - width
                                        : v_NC + c - 2 * width;
  Floats sum = {};
  ForRows(
      rows, [&](int64_t row) { return LoadRaw(from + row * width); },
      [&](int64_t row, const auto& raw) {
        const Floats values = Unpack(raw);
        sum = Add(sum, values);
        Store(out_N3C + row * columns + c, values);
      });
  Store(partials + blockIdx.y * columns + c, sum);
}

}  // namespace

int ColumnPartials(int64_t rows, int64_t columns) {
  const int64_t down = std::max<int64_t>(1, kBlocksWanted / BlocksAcross(columns));
  return static_cast<int>(std::min((rows + kRowsInFlight - 1) / kRowsInFlight, down));
}

template <class T>
void BiasGelu(const T* in_NF, const float* bias_F, int64_t rows, int64_t columns, T* out_NF,
              cudaStream_t stream) {
  BiasGeluKernel<<<Grid(rows, columns), kThreads, 0, stream>>>(in_NF, bias_F, rows, columns,
                                                               out_NF);
}

template <class T>
void BiasGeluBackward(const T* in_NF, const float* bias_F, int64_t rows, int64_t columns,
                      T* gradient_NF, float* partials, const ColumnSums& sums,
                      cudaStream_t stream) {
  BiasGeluBackwardKernel<<<Grid(rows, columns), kThreads, 0, stream>>>(in_NF, bias_F, rows, columns,
                                                                       gradient_NF, partials);
  SumPartials(partials, ColumnPartials(rows, columns), columns, sums, stream);
}

template <class T>
void JoinColumns(const T* q_NC, const T* k_NC, const T* v_NC, int64_t rows, int64_t width,
                 T* out_N3C, float* partials, const ColumnSums& sums, cudaStream_t stream) {
  const int64_t columns = 3 * width;
  JoinColumnsKernel<<<Grid(rows, columns), kThreads, 0, stream>>>(q_NC, k_NC, v_NC, rows, width,
                                                                  out_N3C, partials);
  SumPartials(partials, ColumnPartials(rows, columns), columns, sums, stream);
}

using Bf16 = __nv_bfloat16;

template void BiasGelu(const float*, const float*, int64_t, int64_t, float*, cudaStream_t);
template void BiasGelu(const Bf16*, const float*, int64_t, int64_t, Bf16*, cudaStream_t);
template void BiasGeluBackward(const float*, const float*, int64_t, int64_t, float*, float*,
                               const ColumnSums&, cudaStream_t);
template void BiasGeluBackward(const Bf16*, const float*, int64_t, int64_t, Bf16*, float*,
                               const ColumnSums&, cudaStream_t);
template void JoinColumns(const float*, const float*, const float*, int64_t, int64_t, float*,
                          float*, const ColumnSums&, cudaStream_t);
template void JoinColumns(const Bf16*, const Bf16*, const Bf16*, int64_t, int64_t, Bf16*, float*,
                          const ColumnSums&, cudaStream_t);

}  // namespace owt::trainer
