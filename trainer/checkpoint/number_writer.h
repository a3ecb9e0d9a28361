#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/output_file.h"
#include "trainer/checkpoint/stored_model.h"

namespace owt::trainer {

// Writes parameters of a stored model to a file, as fp32 or bf16 (nearest, ties to even). Memory:
// the largest parameter, twice.
class NumberWriter {
 public:
  NumberWriter(const StoredModel& model, Precision precision, OutputFile* file)
      : model_(model), precision_(precision), file_(file) {}

  // `shape` is Hugging Face's; `transposed` writes the matrix's transpose. Throws Error{kInput} as
  // ReadParameter does, and Error{kOutput}.
  void Write(std::string_view name, const std::vector<int64_t>& shape, bool transposed);

  void WriteZeros(int64_t count);

 private:
  void WriteFloats();

  const StoredModel& model_;
  Precision precision_;
  OutputFile* file_;
  std::vector<float> floats_, transposed_;
  std::vector<uint16_t> halves_;
};

}  // namespace owt::trainer
