#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "formats/safetensors.h"

namespace owt::formats {

// An array in stored bytes, in any order of its dimensions: element (i, j, ...) lies at
// i * strides[0] + j * strides[1] + ... elements from the beginning of `bytes`, little endian. All
// elements lie in `bytes`, which the view does not own.
struct TensorView {
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape, strides;
  std::string_view bytes;
};

// The elements of that shape; nothing where they pass 2^62. Sizes are not negative.
bool CountElements(std::span<const int64_t> shape, uint64_t* count);

// Row by row. Throws Error{kInternal} where `bytes` are fewer than the shape needs.
TensorView ContiguousView(TensorType type, std::vector<int64_t> shape, std::string_view bytes);

// Zeros of fp32, of any shape.
TensorView ZeroView(std::vector<int64_t> shape);

// The same elements with the dimensions in another order: dimension i is what `order[i]` was.
TensorView Permuted(const TensorView& view, std::span<const int> order);

// The matrix's transpose. REQUIRES: two dimensions.
TensorView Transposed(const TensorView& view);

// The same elements with dimension `dimension` taken apart into `sizes`, whose product it is.
TensorView Split(const TensorView& view, size_t dimension, std::span<const int64_t> sizes);

// The first `count` of dimension 0. REQUIRES: there are as many.
TensorView FirstRows(const TensorView& view, int64_t count);

// Element `index` of dimension 0, with one dimension less. REQUIRES: it is there.
TensorView Select(const TensorView& view, int64_t index);

// Whether CopyAsFloats reads elements of this type: F32, F16, BF16, F64.
bool IsFloatType(TensorType type);

// All elements in the order of the shape, as fp32. Exact, but for F64, which is rounded.
// REQUIRES: IsFloatType(view.type), out.size() is the number of elements.
void CopyAsFloats(const TensorView& view, std::span<float> out);

// The nearest bf16, ties to even; a NaN stays one.
uint16_t ToBf16(float value);

}  // namespace owt::formats
