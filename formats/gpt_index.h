#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "formats/gpt_split.h"
#include "formats/mapped_file.h"
#include "pipeline/buffer.h"

namespace owt::formats {

class IndexedDataset;

// Where a sample begins: a place in GptIndex::doc_idx, and a token of that sequence.
struct SamplePosition {
  int32_t doc = 0;
  int32_t offset = 0;

  bool operator==(const SamplePosition&) const = default;
};

// The numbers that decide an index.
struct GptIndexShape {
  int64_t num_epochs = 0;
  int64_t tokens_per_epoch = 0;
  int64_t num_docs = 0;              // entries of doc_idx: sequences times epochs
  int64_t num_samples = 0;           // at least what was asked for
  int64_t num_first_samples = 0;     // they are shuffled by themselves, and so are the others
  bool separate_last_epoch = false;  // it is partial: its sequences are shuffled by themselves

  bool operator==(const GptIndexShape&) const = default;
};

// Megatron's GPT sample index, equal to the last bit to the arrays of its GPTDataset. It makes
// samples of fixed length from sequences of any length: sequences are concatenated in shuffled
// order, once an epoch; sample j is the sequence_length + 1 tokens from sample_idx[j] on, whose
// last token is the first of sample j + 1; training step i reads sample shuffle_idx[i].
struct GptIndex {
  GptIndexShape shape;
  std::span<const int32_t> doc_idx;            // sequence ids
  std::span<const SamplePosition> sample_idx;  // num_samples + 1
  std::span<const uint32_t> shuffle_idx;       // a permutation of the samples

  // What the arrays lie in: memory, or a file of gpt_index_cache.h.
  std::variant<Buffer, MappedFile> bytes;
};

struct GptIndexOptions {
  int64_t num_samples = 0;      // wanted: decides the number of epochs
  int64_t sequence_length = 0;  // tokens of input in a sample
  uint32_t seed = 1234;
};

// The shape of the index of the sequences `range`, whose lengths stand in `lengths` (of all
// sequences of the dataset). Throws Error{kInput} if they hold no token (Megatron hangs there,
// issue #957), and Error{kUsage} when the index passes 2^31 - 1 sequences or 2^32 - 3 samples,
// where Megatron's arrays change their types. REQUIRES: range within lengths;
// 0 <= num_samples < 2^32; 0 < sequence_length < 2^31.
GptIndexShape ShapeOfGptIndex(std::span<const int32_t> lengths, SequenceRange range,
                              const GptIndexOptions& options);

// Builds it in two threads. Throws and requires the same. Memory: 4 bytes a sequence and epoch, 12
// a sample.
GptIndex BuildGptIndex(std::span<const int32_t> lengths, SequenceRange range,
                       const GptIndexOptions& options);

// Bytes of the three arrays, back to back: sample_idx, shuffle_idx, doc_idx.
uint64_t GptIndexBytes(const GptIndexShape& shape);

// Lets the index's arrays lie at `bytes`. REQUIRES: aligned for int32, GptIndexBytes(shape) there.
void PlaceGptIndex(const char* bytes, GptIndex* index);

// All lengths of a dataset, checked to be >= 0: 4 bytes a sequence. Throws Error{kInput}.
std::vector<int32_t> SequenceLengths(const IndexedDataset& dataset);

}  // namespace owt::formats
