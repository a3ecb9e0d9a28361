#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/indexed_dataset.h"

namespace owt::formats {

// What CheckIndexedDataset found.
struct IndexedDatasetReport {
  uint64_t num_empty_sequences = 0;
  uint64_t num_empty_documents = 0;
  uint64_t num_multi_sequence_documents = 0;
  uint64_t num_ending_with_eod = 0;  // sequences; 0 without an eod to look for
  int64_t max_length = 0;            // tokens of the longest sequence
  int64_t max_token = -1;

  // One sentence each, with the offset; the first kMaxProblems of num_problems.
  std::vector<std::string> problems;
  uint64_t num_problems = 0;
};

struct IndexedDatasetRules {
  std::optional<uint32_t> vocab_size;  // every token must be below it
  std::optional<uint32_t> eod;         // the token to count at the end of sequences
};

inline constexpr size_t kMaxProblems = 20;

// Checks all that opening leaves out: no length is negative, offsets are the prefix sums of the
// lengths, doc_idx never falls, every token is in the vocabulary, and no document goes on behind
// the eod. Reads both files once, in order; constant memory. A problem is a value, not an Error.
IndexedDatasetReport CheckIndexedDataset(const IndexedDataset& dataset,
                                         const IndexedDatasetRules& rules);

}  // namespace owt::formats
