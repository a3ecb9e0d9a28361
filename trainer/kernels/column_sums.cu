#include "trainer/kernels/column_sums.h"

#include "trainer/kernels/pack.cuh"

namespace owt::trainer {
namespace {

constexpr int kRowsOfThreads = 16;

// A warp takes 32 columns; the rows are dealt to kRowsOfThreads warps and added up at the end.
__global__ void __launch_bounds__(kWarp* kRowsOfThreads)
    SumPartialsKernel(const float* partials, int num_partials, int64_t width, ColumnSums sums) {
  __shared__ float shared[kRowsOfThreads][kWarp];
  const int64_t columns = width * sums.count;
  const int64_t column = static_cast<int64_t>(blockIdx.x) * kWarp + threadIdx.x;
  float sum = 0;
  if (column < columns) {
#pragma unroll 8
    for (int p = static_cast<int>(threadIdx.y); p < num_partials; p += kRowsOfThreads) {
      sum += partials[p * columns + column];
    }
  }
  shared[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y != 0 || column >= columns) return;
  for (int i = 1; i < kRowsOfThreads; ++i) sum += shared[i][threadIdx.x];
  float* const to = sums.to[column / width];
  if (to == nullptr) return;
  float* const place = to + column % width;
  *place = sums.add ? *place + sum : sum;
}

}  // namespace

void SumPartials(const float* partials, int num_partials, int64_t width, const ColumnSums& sums,
                 cudaStream_t stream) {
  const int64_t columns = width * sums.count;
  const auto blocks = static_cast<unsigned>((columns + kWarp - 1) / kWarp);
  SumPartialsKernel<<<blocks, dim3(kWarp, kRowsOfThreads), 0, stream>>>(partials, num_partials,
                                                                        width, sums);
}

}  // namespace owt::trainer
