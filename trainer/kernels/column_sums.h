#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace owt::trainer {

// The second stage of sums over rows. A kernel that passes over a matrix keeps, for each of its
// blocks, the sums of the columns it saw; this adds them up over the blocks, in a fixed order, so
// that the result is the same in every run.

// Where sums go: `count` arrays of `width` floats. Null pointers are passed over.
struct ColumnSums {
  static constexpr int kMost = 3;
  float* to[kMost] = {};
  int count = 0;
  bool add = false;  // to what is there
};

// sums.to[k][c] (+)= sum over p of partials[p][k * width + c]. Queued on `stream`.
void SumPartials(const float* partials, int num_partials, int64_t width, const ColumnSums& sums,
                 cudaStream_t stream);

}  // namespace owt::trainer
