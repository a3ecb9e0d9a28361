#pragma once

#include <cstdint>
#include <span>

#include "formats/gpt_index.h"
#include "formats/indexed_dataset.h"

namespace owt::trainer {

// The samples of one part of a split, in the order of training: sample i of Megatron-LM's
// GPTDataset with the same data, split, seed and number of samples. Thread-safe once made.
// Memory: the index (4 bytes a sequence and epoch, 12 a sample), or none where it is a mapped file;
// the tokens stay mapped.
class GptDataset {
 public:
  // `index` is one of `data`, which must outlive this. `vocab` bounds the ids.
  GptDataset(const formats::IndexedDataset& data, formats::GptIndex index, int64_t vocab);

  int64_t num_samples() const { return index_.shape.num_samples; }

  // Writes the sequence_length + 1 tokens of sample i: inputs are all but the last, targets all but
  // the first. Throws Error{kInput} for an id outside the vocabulary, and for an index that points
  // outside the data. REQUIRES: 0 <= i < num_samples(), out.size() == sequence_length + 1.
  void Sample(int64_t i, std::span<int64_t> out) const;

 private:
  void CheckIds(std::span<const int64_t> ids, uint64_t sequence, size_t first) const;
  [[noreturn]] void FailIndex(int64_t sample) const;

  const formats::IndexedDataset* data_;
  formats::GptIndex index_;
  int64_t vocab_;
};

}  // namespace owt::trainer
