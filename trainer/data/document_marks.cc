#include "trainer/data/document_marks.h"

namespace owt::trainer {
namespace {

void MarkRow(std::span<const int64_t> inputs, int64_t row, const DocumentOptions& options,
             DocumentMarks* marks) {
  const auto length = static_cast<int64_t>(inputs.size());
  int64_t start = 0;  // of the document
  const auto close = [&](int64_t end) {
    if (!options.reset_attention || end == start) return;
    std::vector<DocumentSpan>& spans = marks->spans;
    const bool whole = end - start == length;
    if (whole && !spans.empty() && spans.back().length == length) {
      ++spans.back().rows;  // whole rows beside each other are computed at once
    } else {
      spans.push_back({row, 1, start, end - start});
    }
  };
  for (int64_t i = 0; i < length; ++i) {
    const bool ends = inputs[static_cast<size_t>(i)] == options.end_token;
    if (options.reset_positions) marks->positions.push_back(i - start);
    if (options.mask_loss && !ends) marks->predicted.push_back(row * length + i);
    if (ends && (options.reset_positions || options.reset_attention)) {
      close(i + 1);
      start = i + 1;
    }
  }
  close(length);
}

}  // namespace

DocumentMarks MarkDocuments(std::span<const int64_t> tokens, int64_t rows,
                            const DocumentOptions& options) {
  DocumentMarks marks;
  const size_t width = tokens.size() / static_cast<size_t>(rows);
  for (int64_t row = 0; row < rows && options.any(); ++row) {
    MarkRow(tokens.subspan(static_cast<size_t>(row) * width, width - 1), row, options, &marks);
  }
  marks.num_predicted = options.mask_loss ? static_cast<int64_t>(marks.predicted.size())
                                          : rows * static_cast<int64_t>(width - 1);
  return marks;
}

}  // namespace owt::trainer
