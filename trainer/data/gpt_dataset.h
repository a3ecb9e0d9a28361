#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "formats/gpt_index.h"
#include "formats/indexed_dataset.h"

namespace owt::trainer {

// The samples of one part of a split, in the order of training: sample i of Megatron-LM's
// GPTDataset with the same data, split, seed and number of samples. Thread-safe once made.
// Memory: the index (4 bytes a sequence and epoch, 12 a sample); the tokens stay mapped.
class GptDataset {
 public:
  // `vocab` bounds the ids. `data` must outlive it. Throws Error{kInput} when the part holds no
  // token or too few for one sample.
  GptDataset(const formats::IndexedDataset& data, std::span<const int32_t> lengths,
             formats::SequenceRange range, const formats::GptIndexOptions& options, int64_t vocab);

  int64_t num_samples() const { return index_.num_samples(); }

  int64_t num_epochs() const { return index_.num_epochs; }

  // Writes the sequence_length + 1 tokens of sample i: inputs are all but the last, targets all but
  // the first. Throws Error{kInput} for an id outside the vocabulary.
  // REQUIRES: 0 <= i < num_samples(), out.size() == sequence_length + 1.
  void Sample(int64_t i, std::span<int64_t> out) const;

 private:
  const formats::IndexedDataset& data_;
  formats::GptIndex index_;
  int64_t vocab_;
};

}  // namespace owt::trainer
