// The gradient of the token table: the rows are sorted by token and cut into chunks of equal size,
// one for a block, whatever the tokens are, since a frequent token may have a fifth of all rows. A
// run of one token that lies within its chunk is added to the table at once. Of the others each
// chunk keeps its part, and the block of the chunk where the run begins adds up all of them.
#include "trainer/kernels/embedding.h"

#include <algorithm>

#include "trainer/kernels/pack.cuh"

namespace owt::trainer {
namespace {

constexpr int kChunk = 32;
constexpr int kMaxThreads = 256;
constexpr int kInFlight = 4;

// Threads for the packs of a row; a wide row is passed over several times.
unsigned Threads(int64_t width) {
  const int64_t packs = (width / kPack + kWarp - 1) / kWarp * kWarp;
  return static_cast<unsigned>(std::min<int64_t>(packs, kMaxThreads));
}

template <class R>
__global__ void EmbedKernel(const int64_t* tokens_N, const float* token_table_VC,
                            const float* position_table_TC, int64_t length, int64_t width,
                            R* out_NC) {
  const int64_t row = blockIdx.x;
  const float* const token = token_table_VC + tokens_N[row] * width;
  const float* const position = position_table_TC + row % length * width;
  for (int64_t c = threadIdx.x * kPack; c < width; c += blockDim.x * kPack) {
    Store(out_NC + row * width + c, Add(Load(token + c), Load(position + c)));
  }
}

template <class R>
__global__ void PositionGradientKernel(const R* gradient_NC, int64_t batch, int64_t length,
                                       int64_t width, float* position_gradient_TC) {
  const int64_t t = blockIdx.x;
  for (int64_t c = threadIdx.x * kPack; c < width; c += blockDim.x * kPack) {
    float* const to = position_gradient_TC + t * width + c;
    Floats sum = Load(to);
#pragma unroll 4
    for (int64_t b = 0; b < batch; ++b) {
      sum = Add(sum, Load(gradient_NC + (b * length + t) * width + c));
    }
    Store(to, sum);
  }
}

__device__ void AddTo(float* to, const Floats& sum) { Store(to, Add(Load(to), sum)); }

// Partials: two a chunk, of the run that came from the chunk before, and of the one that goes on.
template <class R>
__global__ void __launch_bounds__(kMaxThreads)
    ChunkKernel(const R* gradient_NC, const int64_t* sorted_N, const int64_t* order_N, int64_t rows,
                int64_t width, float* partials, float* token_gradient_VC) {
  __shared__ int64_t tokens[kChunk + 2], order[kChunk];  // with a neighbour at each end; -1: none
  const int64_t begin = static_cast<int64_t>(blockIdx.x) * kChunk;
  const int count = static_cast<int>(min(static_cast<int64_t>(kChunk), rows - begin));
  for (int i = static_cast<int>(threadIdx.x); i < count + 2; i += static_cast<int>(blockDim.x)) {
    const int64_t at = begin + i - 1;
    tokens[i] = at >= 0 && at < rows ? sorted_N[at] : -1;
    if (i < count) order[i] = order_N[begin + i];
  }
  __syncthreads();
  for (int64_t c = threadIdx.x * kPack; c < width; c += blockDim.x * kPack) {
    Floats sum = {};
    bool from_before = tokens[0] == tokens[1];
    for (int first = 0; first < count; first += kInFlight) {
      Floats loaded[kInFlight];
#pragma unroll
      for (int k = 0; k < kInFlight; ++k) {
        if (first + k < count) loaded[k] = Load(gradient_NC + order[first + k] * width + c);
      }
#pragma unroll
      for (int k = 0; k < kInFlight; ++k) {
        const int i = first + k;
        if (i >= count) break;
        sum = Add(sum, loaded[k]);
        const int64_t token = tokens[i + 1];
        const bool goes_on = tokens[i + 2] == token;
        if (goes_on && i + 1 < count) continue;
        if (from_before) {
          Store(partials + 2 * blockIdx.x * width + c, sum);
        } else if (goes_on) {
          Store(partials + (2 * blockIdx.x + 1) * width + c, sum);
        } else {
          AddTo(token_gradient_VC + token * width + c, sum);
        }
        sum = {};
        from_before = false;
      }
    }
  }
}

// The block of the chunk in which a run begins that goes on.
__global__ void __launch_bounds__(kMaxThreads)
    LongRunKernel(const int64_t* sorted_N, int64_t rows, int64_t width, const float* partials,
                  float* token_gradient_VC) {
  const int64_t chunk = blockIdx.x, end = (chunk + 1) * kChunk;
  if (end >= rows) return;  // the last chunk
  const int64_t token = sorted_N[end - 1];
  if (sorted_N[end] != token) return;
  const int64_t begin = end - kChunk;
  if (begin > 0 && sorted_N[begin] == token && sorted_N[begin - 1] == token) return;
  // The chunks after this one that begin within the run.
  int64_t last = chunk + 1;
  while ((last + 1) * kChunk < rows && sorted_N[(last + 1) * kChunk] == token &&
         sorted_N[(last + 1) * kChunk - 1] == token) {
    ++last;
  }
  for (int64_t c = threadIdx.x * kPack; c < width; c += blockDim.x * kPack) {
    Floats sum = Load(partials + (2 * chunk + 1) * width + c);
#pragma unroll 4
    for (int64_t i = chunk + 1; i <= last; ++i) sum = Add(sum, Load(partials + 2 * i * width + c));
    AddTo(token_gradient_VC + token * width + c, sum);
  }
}

int64_t Chunks(int64_t rows) { return (rows + kChunk - 1) / kChunk; }

}  // namespace

template <class R>
void Embed(const int64_t* tokens_N, const float* token_table_VC, const float* position_table_TC,
           int64_t rows, int64_t length, int64_t width, R* out_NC, cudaStream_t stream) {
  EmbedKernel<<<static_cast<unsigned>(rows), Threads(width), 0, stream>>>(
      tokens_N, token_table_VC, position_table_TC, length, width, out_NC);
}

template <class R>
void AddPositionGradient(const R* gradient_NC, int64_t batch, int64_t length, int64_t width,
                         float* position_gradient_TC, cudaStream_t stream) {
  PositionGradientKernel<<<static_cast<unsigned>(length), Threads(width), 0, stream>>>(
      gradient_NC, batch, length, width, position_gradient_TC);
}

template <class R>
void AddTokenGradient(const R* gradient_NC, const int64_t* sorted_N, const int64_t* order_N,
                      int64_t rows, int64_t width, float* partials, float* token_gradient_VC,
                      cudaStream_t stream) {
  const auto blocks = static_cast<unsigned>(Chunks(rows));
  ChunkKernel<<<blocks, Threads(width), 0, stream>>>(gradient_NC, sorted_N, order_N, rows, width,
                                                     partials, token_gradient_VC);
  LongRunKernel<<<blocks, Threads(width), 0, stream>>>(sorted_N, rows, width, partials,
                                                       token_gradient_VC);
}

int64_t TokenGradientPartials(int64_t rows) { return 2 * Chunks(rows); }

using Bf16 = __nv_bfloat16;

template void Embed(const int64_t*, const float*, const float*, int64_t, int64_t, int64_t, float*,
                    cudaStream_t);
template void Embed(const int64_t*, const float*, const float*, int64_t, int64_t, int64_t, Bf16*,
                    cudaStream_t);
template void AddPositionGradient(const float*, int64_t, int64_t, int64_t, float*, cudaStream_t);
template void AddPositionGradient(const Bf16*, int64_t, int64_t, int64_t, float*, cudaStream_t);
template void AddTokenGradient(const float*, const int64_t*, const int64_t*, int64_t, int64_t,
                               float*, float*, cudaStream_t);
template void AddTokenGradient(const Bf16*, const int64_t*, const int64_t*, int64_t, int64_t,
                               float*, float*, cudaStream_t);

}  // namespace owt::trainer
