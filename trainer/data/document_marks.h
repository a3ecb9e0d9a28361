#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/config.h"

namespace owt::trainer {

// `length` positions from `begin` on, in each of `rows` rows from `row` on.
struct DocumentSpan {
  int64_t row = 0, rows = 1, begin = 0, length = 0;

  bool operator==(const DocumentSpan&) const = default;
};

// What the ends of documents mean for a batch; what is not asked for stays empty.
struct DocumentMarks {
  std::vector<int64_t> positions;   // of each input
  std::vector<DocumentSpan> spans;  // each attends to itself alone; they follow each other
  std::vector<int64_t> predicted;   // the inputs whose successor counts in the loss
  int64_t num_predicted = 0;        // counted always
};

// Marks `rows` rows of T + 1 tokens each, of which the first T are inputs; as Megatron-LM's
// _get_ltor_masks_and_position_ids. An end of a document belongs to the document.
DocumentMarks MarkDocuments(std::span<const int64_t> tokens, int64_t rows,
                            const DocumentOptions& options);

}  // namespace owt::trainer
