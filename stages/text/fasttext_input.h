#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "formats/fasttext_model.h"

namespace owt::text {

// The rows of a fastText model that the features of a text name. Immutable; any number of threads
// may read.
class FasttextInput {
 public:
  // Up to here a decoded matrix stays in the caches of a core and its neighbours.
  static constexpr size_t kMaxDecodedBytes = size_t{32} << 20;

  // Keeps views into what `matrix` points to. A quantized matrix that takes no more than
  // `max_decoded` bytes of floats is decoded once.
  explicit FasttextInput(const formats::FasttextMatrix& matrix,
                         size_t max_decoded = kMaxDecodedBytes);
  FasttextInput(const FasttextInput&) = delete;
  FasttextInput& operator=(const FasttextInput&) = delete;

  int32_t columns() const { return columns_; }

  // Adds rows to sum[columns()], one after the other, so that the floats round as fastText's.
  // REQUIRES: each is below the matrix's rows.
  void AddRows(std::span<const uint32_t> rows, float* sum) const;

  // Has the row's memory fetched for a later AddRows.
  void Prefetch(uint32_t row) const {
    const char* at = base_ + row * row_bytes_;
    __builtin_prefetch(at);
    __builtin_prefetch(at + row_bytes_ - 1);
  }

 private:
  void AddDense(std::span<const uint32_t> rows, float* sum) const;

  float NormOf(uint32_t row) const;

  formats::FasttextMatrix matrix_;
  int32_t columns_;
  const char* base_;  // floats, or codes
  size_t row_bytes_;
  bool dense_ = true;             // `base_` points to floats
  std::vector<float> decoded_;    // of a quantized matrix
  std::vector<float> centroids_;  // likewise
  std::vector<float> norms_;      // 256, or none
};

// The floats of a file, which stand at any byte.
std::vector<float> LoadFloats(std::string_view bytes);

// sum[columns] += scale * (the centroids that the codes of a row name). `centroids` are those of
// the matrix's quantizer, loaded.
void AddFasttextCodes(const formats::FasttextMatrix& matrix, std::span<const float> centroids,
                      uint32_t row, float scale, float* sum);

}  // namespace owt::text
