#include "stages/text/fasttext_input.h"

#include <cstring>

namespace owt::text {
namespace {

constexpr size_t kStep = 16;  // columns that are summed in registers

}  // namespace

std::vector<float> LoadFloats(std::string_view bytes) {
  std::vector<float> floats(bytes.size() / sizeof(float));
  if (!floats.empty()) std::memcpy(floats.data(), bytes.data(), bytes.size());
  return floats;
}

void AddFasttextCodes(const formats::FasttextMatrix& matrix, std::span<const float> centroids,
                      uint32_t row, float scale, float* sum) {
  const formats::FasttextQuantizer& quantizer = matrix.quantizer;
  const char* code = matrix.codes.data() + size_t{row} * static_cast<size_t>(quantizer.parts);
  for (int32_t part = 0; part < quantizer.parts; ++part) {
    const int32_t width = quantizer.ColumnsOf(part);
    const float* centroid =
        centroids.data() + quantizer.OffsetOf(part) + static_cast<uint8_t>(code[part]) * width;
    for (int32_t i = 0; i < width; ++i) *sum++ += scale * centroid[i];
  }
}

FasttextInput::FasttextInput(const formats::FasttextMatrix& matrix, size_t max_decoded)
    : matrix_(matrix),
      columns_(static_cast<int32_t>(matrix.columns)),
      base_(matrix.floats.data()),
      row_bytes_(static_cast<size_t>(columns_) * sizeof(float)) {
  if (!matrix.quantized) return;
  centroids_ = LoadFloats(matrix.quantizer.centroids);
  norms_ = LoadFloats(matrix.norms);
  const auto rows = static_cast<size_t>(matrix.rows);
  if (rows * row_bytes_ <= max_decoded) {
    decoded_.resize(rows * static_cast<size_t>(columns_));
    for (uint32_t row = 0; row < rows; ++row) {
      AddFasttextCodes(matrix_, centroids_, row, NormOf(row),
                       decoded_.data() + size_t{row} * static_cast<size_t>(columns_));
    }
    base_ = reinterpret_cast<const char*>(decoded_.data());
    return;
  }
  dense_ = false;
  base_ = matrix.codes.data();
  row_bytes_ = static_cast<size_t>(matrix.quantizer.parts);
}

float FasttextInput::NormOf(uint32_t row) const {
  return norms_.empty() ? 1 : norms_[static_cast<uint8_t>(matrix_.norm_codes[row])];
}

void FasttextInput::AddDense(std::span<const uint32_t> rows, float* sum) const {
  const auto columns = static_cast<size_t>(columns_);
  size_t begin = 0;
  for (; begin + kStep <= columns; begin += kStep) {
    float partial[kStep];
    std::memcpy(partial, sum + begin, sizeof partial);
    for (const uint32_t row : rows) {
      float values[kStep];
      std::memcpy(values, base_ + row * row_bytes_ + begin * sizeof(float), sizeof values);
      for (size_t i = 0; i < kStep; ++i) partial[i] += values[i];
    }
    std::memcpy(sum + begin, partial, sizeof partial);
  }
  if (begin == columns) return;
  for (const uint32_t row : rows) {
    for (size_t i = begin; i < columns; ++i) {
      float value;
      std::memcpy(&value, base_ + row * row_bytes_ + i * sizeof(float), sizeof value);
      sum[i] += value;
    }
  }
}

void FasttextInput::AddRows(std::span<const uint32_t> rows, float* sum) const {
  if (dense_) {
    AddDense(rows, sum);
    return;
  }
  for (const uint32_t row : rows) {
    AddFasttextCodes(matrix_, centroids_, row, NormOf(row), sum);
  }
}

}  // namespace owt::text
