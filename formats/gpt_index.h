#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formats/gpt_split.h"

namespace owt::formats {

class IndexedDataset;

// Where a sample begins: a place in GptIndex::doc_idx, and a token of that sequence.
struct SamplePosition {
  int32_t doc = 0;
  int32_t offset = 0;

  bool operator==(const SamplePosition&) const = default;
};

// Megatron's GPT sample index, equal to the last bit to the arrays of its GPTDataset. It makes
// samples of fixed length from sequences of any length: sequences are concatenated in shuffled
// order, once an epoch; sample j is the sequence_length + 1 tokens from sample_idx[j] on, whose
// last token is the first of sample j + 1; training step i reads sample shuffle_idx[i].
struct GptIndex {
  std::vector<int32_t> doc_idx;            // sequence ids
  std::vector<SamplePosition> sample_idx;  // num_samples() + 1
  std::vector<uint32_t> shuffle_idx;       // a permutation of the samples
  int64_t num_epochs = 0;
  int64_t tokens_per_epoch = 0;
  bool separate_last_epoch = false;  // the last, partial epoch is shuffled by itself

  // At least what was asked for.
  int64_t num_samples() const { return static_cast<int64_t>(shuffle_idx.size()); }
};

struct GptIndexOptions {
  int64_t num_samples = 0;      // wanted: decides the number of epochs
  int64_t sequence_length = 0;  // tokens of input in a sample
  uint32_t seed = 1234;
};

// Builds the index of the sequences `range`, whose lengths stand in `lengths` (of all sequences of
// the dataset). Throws Error{kInput} if they hold no token (Megatron hangs there, issue #957), and
// Error{kUsage} when the index passes 2^31 - 1 sequences or 2^32 - 3 samples, where Megatron's
// arrays change their types. REQUIRES: range within lengths; 0 <= num_samples < 2^32;
// 0 < sequence_length < 2^31. Memory: 4 bytes a sequence and epoch, 12 a sample.
GptIndex BuildGptIndex(std::span<const int32_t> lengths, SequenceRange range,
                       const GptIndexOptions& options);

// All lengths of a dataset, checked to be >= 0: 4 bytes a sequence. Throws Error{kInput}.
std::vector<int32_t> SequenceLengths(const IndexedDataset& dataset);

}  // namespace owt::formats
