#include "formats/tensor_view.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr char kZero[sizeof(float)] = {};

float HalfToFloat(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16, exponent = (half >> 10) & 31u;
  const uint32_t fraction = half & 1023u;
  if (exponent == 0) {  // below the normal numbers: in steps of 2^-24
    const float value = static_cast<float>(fraction) * 0x1p-24f;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(value) | sign);
  }
  const uint32_t wide = exponent == 31 ? 255 : exponent + 127 - 15;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

template <class Stored, class Convert>
void CopyRow(const char* from, int64_t stride, size_t count, float* out, Convert convert) {
  for (size_t i = 0; i < count; ++i) {
    Stored stored;
    std::memcpy(&stored, from + static_cast<int64_t>(i) * stride * int64_t{sizeof stored},
                sizeof stored);
    out[i] = convert(stored);
  }
}

void CopyRowAs(TensorType type, const char* from, int64_t stride, size_t count, float* out) {
  switch (type) {
    case TensorType::kF32:
      if (stride == 1) {
        std::memcpy(out, from, count * sizeof(float));
      } else {
        CopyRow<float>(from, stride, count, out, [](float value) { return value; });
      }
      return;
    case TensorType::kF16:
      return CopyRow<uint16_t>(from, stride, count, out, HalfToFloat);
    case TensorType::kBF16:
      return CopyRow<uint16_t>(from, stride, count, out, [](uint16_t bits) {
        return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
      });
    case TensorType::kF64:
      return CopyRow<double>(from, stride, count, out,
                             [](double value) { return static_cast<float>(value); });
    default:
      throw Error(ErrorKind::kInternal, "no floating-point numbers");
  }
}

}  // namespace

bool CountElements(std::span<const int64_t> shape, uint64_t* count) {
  constexpr uint64_t kMost = uint64_t{1} << 62;
  *count = 1;
  bool empty = false;
  for (const int64_t size : shape) {
    if (size < 0) return false;
    empty |= size == 0;
    if (size == 0) continue;  // an absurd size beside it is refused all the same
    if (static_cast<uint64_t>(size) > kMost / *count) return false;
    *count *= static_cast<uint64_t>(size);
  }
  if (empty) *count = 0;
  return true;
}

TensorView ContiguousView(TensorType type, std::vector<int64_t> shape, std::string_view bytes) {
  uint64_t count = 0;
  if (!CountElements(shape, &count) || count > bytes.size() / BytesPerElement(type)) {
    throw Error(ErrorKind::kInternal, "a tensor is larger than its bytes");
  }
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return {type, std::move(shape), std::move(strides), bytes};
}

TensorView ZeroView(std::vector<int64_t> shape) {
  std::vector<int64_t> strides(shape.size(), 0);
  return {TensorType::kF32, std::move(shape), std::move(strides), {kZero, sizeof kZero}};
}

TensorView Permuted(const TensorView& view, std::span<const int> order) {
  TensorView permuted = view;
  for (size_t i = 0; i < order.size(); ++i) {
    permuted.shape[i] = view.shape[static_cast<size_t>(order[i])];
    permuted.strides[i] = view.strides[static_cast<size_t>(order[i])];
  }
  return permuted;
}

TensorView Transposed(const TensorView& view) {
  constexpr int kOrder[] = {1, 0};
  return Permuted(view, kOrder);
}

TensorView Split(const TensorView& view, size_t dimension, std::span<const int64_t> sizes) {
  TensorView split = view;
  const auto at = static_cast<std::ptrdiff_t>(dimension);
  split.shape.erase(split.shape.begin() + at);
  split.strides.erase(split.strides.begin() + at);
  int64_t stride = view.strides[dimension];
  for (size_t i = sizes.size(); i-- > 0; stride *= sizes[i]) {
    split.shape.insert(split.shape.begin() + at, sizes[i]);
    split.strides.insert(split.strides.begin() + at, stride);
  }
  return split;
}

TensorView FirstRows(const TensorView& view, int64_t count) {
  TensorView rows = view;
  rows.shape[0] = count;
  return rows;
}

TensorView Select(const TensorView& view, int64_t index) {
  TensorView selected = view;
  const auto bytes = static_cast<uint64_t>(index * view.strides[0]) * BytesPerElement(view.type);
  selected.bytes.remove_prefix(std::min<uint64_t>(bytes, view.bytes.size()));
  selected.shape.erase(selected.shape.begin());
  selected.strides.erase(selected.strides.begin());
  return selected;
}

bool IsFloatType(TensorType type) {
  return type == TensorType::kF32 || type == TensorType::kF16 || type == TensorType::kBF16 ||
         type == TensorType::kF64;
}

void CopyAsFloats(const TensorView& view, std::span<float> out) {
  if (out.empty()) return;
  const size_t dimensions = view.shape.size();
  const size_t row = dimensions == 0 ? 1 : static_cast<size_t>(view.shape.back());
  const int64_t stride = dimensions == 0 ? 1 : view.strides.back();
  const auto width = static_cast<int64_t>(BytesPerElement(view.type));
  std::vector<int64_t> index(dimensions, 0);
  int64_t offset = 0;  // of the row, in elements
  for (size_t done = 0;;) {
    CopyRowAs(view.type, view.bytes.data() + offset * width, stride, row, out.data() + done);
    done += row;
    if (done >= out.size()) return;
    for (size_t i = dimensions - 1; i-- > 0;) {
      offset += view.strides[i];
      if (++index[i] < view.shape[i]) break;
      offset -= view.strides[i] * view.shape[i];
      index[i] = 0;
    }
  }
}

uint16_t ToBf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace owt::formats
