#include "trainer/generate/row_product.h"

#include <array>
#include <bit>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace owt::trainer {
namespace {

float AsFloat(float value) { return value; }

float AsFloat(uint16_t bf16) { return std::bit_cast<float>(static_cast<uint32_t>(bf16) << 16); }

constexpr int64_t kLanes = 8;

// Eight sums, as the vectors of the faster way have; what the compiler makes of it.
template <class Weight>
void Plain(const float* x, const Weight* w, const float* bias, RowProductShape shape, int64_t begin,
           int64_t end, float* out) {
  for (int64_t n = begin; n < end; ++n) {
    const Weight* weights = w + n * shape.k;
    for (int64_t r = 0; r < shape.rows; ++r) {
      const float* row = x + r * shape.k;
      std::array<float, kLanes> sums = {};
      int64_t i = 0;
      for (; i + kLanes <= shape.k; i += kLanes) {
        for (int64_t lane = 0; lane < kLanes; ++lane) {
          sums[static_cast<size_t>(lane)] += row[i + lane] * AsFloat(weights[i + lane]);
        }
      }
      float sum = bias != nullptr ? bias[n] : 0.0F;
      for (; i < shape.k; ++i) sum += row[i] * AsFloat(weights[i]);
      for (const float lane : sums) sum += lane;
      out[r * shape.out_stride + n] = sum;
    }
  }
}

#if defined(__x86_64__)
#define OWT_AVX2 __attribute__((target("avx2,fma")))

OWT_AVX2 inline __m256 Load(const float* at) { return _mm256_loadu_ps(at); }

OWT_AVX2 inline __m256 Load(const uint16_t* at) {
  const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}

OWT_AVX2 inline float SumOf(__m256 lanes) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

// kRows rows by kColumns columns, whose sums stay in registers.
template <int kRows, int kColumns, class Weight>
OWT_AVX2 void Tile(const float* x, const Weight* w, const float* bias, RowProductShape shape,
                   int64_t n, float* out) {
  __m256 sums[kColumns][kRows];
  for (int c = 0; c < kColumns; ++c) {
    for (int r = 0; r < kRows; ++r) sums[c][r] = _mm256_setzero_ps();
  }
  const Weight* weights = w + n * shape.k;
  int64_t i = 0;
  for (; i + kLanes <= shape.k; i += kLanes) {
    __m256 loaded[kColumns];
    for (int c = 0; c < kColumns; ++c) loaded[c] = Load(weights + c * shape.k + i);
    for (int r = 0; r < kRows; ++r) {
      const __m256 row = Load(x + r * shape.k + i);
      for (int c = 0; c < kColumns; ++c) sums[c][r] = _mm256_fmadd_ps(row, loaded[c], sums[c][r]);
    }
  }
  for (int c = 0; c < kColumns; ++c) {
    for (int r = 0; r < kRows; ++r) {
      float sum = bias != nullptr ? bias[n + c] : 0.0F;
      for (int64_t j = i; j < shape.k; ++j) {
        // Said, for the compiler would fuse these in one tile and not in another.
        sum = __builtin_fmaf(x[r * shape.k + j], AsFloat(weights[c * shape.k + j]), sum);
      }
      out[r * shape.out_stride + n + c] = sum + SumOf(sums[c][r]);
    }
  }
}

template <int kRows, class Weight>
OWT_AVX2 void Columns(const float* x, const Weight* w, const float* bias, RowProductShape shape,
                      int64_t begin, int64_t end, float* out) {
  // As many sums as hide the latency of an addition and fit the sixteen registers.
  constexpr int kColumns = kRows == 1 ? 8 : kRows == 2 ? 4 : kRows <= 4 ? 2 : 1;
  int64_t n = begin;
  for (; n + kColumns <= end; n += kColumns) {
    Tile<kRows, kColumns>(x, w, bias, shape, n, out);
  }
  for (; n < end; ++n) Tile<kRows, 1>(x, w, bias, shape, n, out);
}

template <class Weight>
void Fast(const float* x, const Weight* w, const float* bias, RowProductShape shape, int64_t begin,
          int64_t end, float* out) {
  using Function = void (*)(const float*, const Weight*, const float*, RowProductShape, int64_t,
                            int64_t, float*);
  constexpr Function kByRows[kMaxProductRows] = {
      Columns<1, Weight>, Columns<2, Weight>, Columns<3, Weight>, Columns<4, Weight>,
      Columns<5, Weight>, Columns<6, Weight>, Columns<7, Weight>, Columns<8, Weight>};
  kByRows[shape.rows - 1](x, w, bias, shape, begin, end, out);
}

bool HasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#else
template <class Weight>
void Fast(const float* x, const Weight* w, const float* bias, RowProductShape shape, int64_t begin,
          int64_t end, float* out) {
  Plain(x, w, bias, shape, begin, end, out);
}

bool HasAvx2() { return false; }
#endif

}  // namespace

void RowProduct(const float* x, const float* w, const float* bias, RowProductShape shape,
                int64_t begin, int64_t end, float* out) {
  HasAvx2() ? Fast(x, w, bias, shape, begin, end, out) : Plain(x, w, bias, shape, begin, end, out);
}

void RowProduct(const float* x, const uint16_t* w, const float* bias, RowProductShape shape,
                int64_t begin, int64_t end, float* out) {
  HasAvx2() ? Fast(x, w, bias, shape, begin, end, out) : Plain(x, w, bias, shape, begin, end, out);
}

void PlainRowProduct(const float* x, const float* w, const float* bias, RowProductShape shape,
                     int64_t begin, int64_t end, float* out) {
  Plain(x, w, bias, shape, begin, end, out);
}

}  // namespace owt::trainer
