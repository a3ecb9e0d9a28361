#include "trainer/checkpoint/number_writer.h"

#include <algorithm>

#include "formats/tensor_view.h"

namespace owt::trainer {

void NumberWriter::Write(std::string_view name, const std::vector<int64_t>& shape,
                         bool transposed) {
  uint64_t count = 0;
  formats::CountElements(shape, &count);
  floats_.resize(count);
  ReadParameter(model_, name, shape, floats_);
  if (transposed) {
    const std::string_view bytes(reinterpret_cast<const char*>(floats_.data()),
                                 count * sizeof(float));
    transposed_.resize(count);
    formats::CopyAsFloats(
        formats::Transposed(formats::ContiguousView(formats::TensorType::kF32, shape, bytes)),
        transposed_);
    floats_.swap(transposed_);
  }
  WriteFloats();
}

void NumberWriter::WriteZeros(int64_t count) {
  floats_.assign(static_cast<size_t>(count), 0);
  WriteFloats();
}

void NumberWriter::WriteFloats() {
  if (precision_ == Precision::kFp32) {
    file_->Write({reinterpret_cast<const char*>(floats_.data()), floats_.size() * sizeof(float)});
    return;
  }
  halves_.resize(floats_.size());
  std::transform(floats_.begin(), floats_.end(), halves_.begin(), formats::ToBf16);
  file_->Write({reinterpret_cast<const char*>(halves_.data()), halves_.size() * sizeof(uint16_t)});
}

}  // namespace owt::trainer
