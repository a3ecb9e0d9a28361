#pragma once

#include <cstdint>

namespace owt::trainer {

// out[r][n] = bias[n] + sum over k of x[r][k] * w[n][k] for r < rows and begin <= n < end; out has
// out_stride columns, bias may be null. For few rows: each weight is read once, and each row costs
// what it costs alone. An element's terms are added up in an order that K alone decides, so a row
// has the same bits whatever the other rows, and however columns are shared out to threads; other
// instruction sets give other last bits. REQUIRES: 1 <= rows <= kMaxProductRows.
inline constexpr int64_t kMaxProductRows = 8;

struct RowProductShape {
  int64_t rows, k, out_stride;
};

void RowProduct(const float* x, const float* w, const float* bias, RowProductShape shape,
                int64_t begin, int64_t end, float* out);

// With weights in bf16, as the upper halves of floats.
void RowProduct(const float* x, const uint16_t* w, const float* bias, RowProductShape shape,
                int64_t begin, int64_t end, float* out);

// The same for any processor, also where a faster one is there: for tests.
void PlainRowProduct(const float* x, const float* w, const float* bias, RowProductShape shape,
                     int64_t begin, int64_t end, float* out);

}  // namespace owt::trainer
