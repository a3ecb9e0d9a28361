#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "trainer/data/document_marks.h"

namespace owt::trainer {

// DocumentMarks on a device. What is undefined or empty is as without documents.
struct Documents {
  at::Tensor positions_BT;          // int64
  at::Tensor predicted_M;           // int64 places among the N inputs, ascending
  std::vector<DocumentSpan> spans;  // cover the batch row by row
};

}  // namespace owt::trainer
