// The arrays are those of Megatron-LM's GPTDataset (checked against its 2025 code). Its random
// numbers are numpy's legacy RandomState. One generator serves the sequences and then the samples,
// so these shuffles cannot run side by side; the walk, which needs the first, runs beside the
// second.

#include "formats/gpt_index.h"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_invoke.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "formats/indexed_dataset.h"
#include "formats/numpy_random.h"
#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr int64_t kMaxSequences = std::numeric_limits<int32_t>::max();
constexpr int64_t kMaxSamples = int64_t{std::numeric_limits<uint32_t>::max()} - 2;
// A last epoch of which less than this share is used is shuffled by itself, so that the tail of
// its sequences does not crowd into the whole order.
constexpr double kSeparateBelow = 0.80;

// How far ahead memory is asked for, so that a miss costs nothing once it is needed.
constexpr size_t kAhead = 64;

// Every epoch has all sequences in order; the caller shuffles them.
void FillEpochs(SequenceRange range, std::span<int32_t> doc_idx) {
  const auto epoch = static_cast<size_t>(range.size());
  for (size_t begin = 0; begin < doc_idx.size(); begin += epoch) {
    const auto ids = doc_idx.subspan(begin, epoch);
    std::iota(ids.begin(), ids.end(), static_cast<int32_t>(range.begin));
  }
}

// Sample j begins with token j * sequence_length of all sequences in a row.
// REQUIRES: they are samples.size() - 1 times sequence_length and one token, or more, but less than
// another sequence_length.
void WalkSequences(std::span<const int32_t> lengths, std::span<const int32_t> doc_idx,
                   int64_t sequence_length, std::span<SamplePosition> samples) {
  samples[0] = {};  // also where the first sequence is empty
  size_t sample = 1;
  int64_t next = sequence_length;  // from the begin of the sequence to that of the sample
  for (size_t doc = 0; doc < doc_idx.size(); ++doc) {
    if (doc + kAhead < doc_idx.size()) {
      __builtin_prefetch(&lengths[static_cast<size_t>(doc_idx[doc + kAhead])]);
    }
    const int64_t length = lengths[static_cast<size_t>(doc_idx[doc])];
    for (; next < length; next += sequence_length) {
      samples[sample++] = {static_cast<int32_t>(doc), static_cast<int32_t>(next)};
    }
    next -= length;
  }
}

void ShuffleSamples(size_t num_first, NumpyRandom& random, std::span<uint32_t> order) {
  std::iota(order.begin(), order.end(), uint32_t{0});
  random.Shuffle(order.first(num_first));
  random.Shuffle(order.subspan(num_first));
}

// The arrays of an index while it is built.
template <class T>
std::span<T> Writable(std::span<const T> values) {
  return {const_cast<T*>(values.data()), values.size()};
}

}  // namespace

GptIndexShape ShapeOfGptIndex(std::span<const int32_t> lengths, SequenceRange range,
                              const GptIndexOptions& options) {
  GptIndexShape shape;
  for (int64_t id = range.begin; id < range.end; ++id) {
    shape.tokens_per_epoch += lengths[static_cast<size_t>(id)];
  }
  const int64_t tokens = shape.tokens_per_epoch;
  if (tokens == 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("sequences {} to {} hold no token, so no sample can be made of them; "
                            "change the split or give more data",
                            range.begin, range.end));
  }
  // The least number of epochs whose tokens give the samples and the one token behind the last.
  const int64_t wanted = options.num_samples * options.sequence_length + 1;
  shape.num_epochs = std::max<int64_t>(1, (wanted + tokens - 1) / tokens);
  shape.num_samples = (shape.num_epochs * tokens - 1) / options.sequence_length;
  if (range.end > kMaxSequences || shape.num_epochs > kMaxSequences / range.size() ||
      shape.num_samples > kMaxSamples) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} epochs of {} sequences and {} samples are too many for one index; "
                            "train in several runs or on a part of the data",
                            shape.num_epochs, range.size(), shape.num_samples));
  }
  shape.num_docs = shape.num_epochs * range.size();
  shape.num_first_samples = shape.num_samples;
  if (shape.num_epochs > 1) {
    const int64_t before_last = ((shape.num_epochs - 1) * tokens - 1) / options.sequence_length;
    const int64_t per_epoch = (tokens - 1) / options.sequence_length;
    shape.separate_last_epoch =
        options.num_samples - before_last <
        static_cast<int64_t>(kSeparateBelow * static_cast<double>(per_epoch));
    if (shape.separate_last_epoch) shape.num_first_samples = before_last;
  }
  return shape;
}

GptIndex BuildGptIndex(std::span<const int32_t> lengths, SequenceRange range,
                       const GptIndexOptions& options) {
  GptIndex index;
  index.shape = ShapeOfGptIndex(lengths, range, options);
  Buffer& memory = std::get<Buffer>(index.bytes);
  memory.Resize(GptIndexBytes(index.shape));
  PlaceGptIndex(memory.data(), &index);

  NumpyRandom random(options.seed);
  const std::span<int32_t> docs = Writable(index.doc_idx);
  FillEpochs(range, docs);
  const auto last_epoch =
      static_cast<size_t>(index.shape.separate_last_epoch ? range.size() : int64_t{0});
  random.Shuffle(docs.first(docs.size() - last_epoch));
  random.Shuffle(docs.last(last_epoch));
  oneapi::tbb::parallel_invoke(
      [&] { WalkSequences(lengths, docs, options.sequence_length, Writable(index.sample_idx)); },
      [&] {
        ShuffleSamples(static_cast<size_t>(index.shape.num_first_samples), random,
                       Writable(index.shuffle_idx));
      });
  return index;
}

uint64_t GptIndexBytes(const GptIndexShape& shape) {
  return static_cast<uint64_t>(shape.num_samples + 1) * sizeof(SamplePosition) +
         static_cast<uint64_t>(shape.num_samples) * sizeof(uint32_t) +
         static_cast<uint64_t>(shape.num_docs) * sizeof(int32_t);
}

void PlaceGptIndex(const char* bytes, GptIndex* index) {
  const auto num_samples = static_cast<size_t>(index->shape.num_samples);
  index->sample_idx = {reinterpret_cast<const SamplePosition*>(bytes), num_samples + 1};
  bytes += index->sample_idx.size_bytes();
  index->shuffle_idx = {reinterpret_cast<const uint32_t*>(bytes), num_samples};
  bytes += index->shuffle_idx.size_bytes();
  index->doc_idx = {reinterpret_cast<const int32_t*>(bytes),
                    static_cast<size_t>(index->shape.num_docs)};
}

std::vector<int32_t> SequenceLengths(const IndexedDataset& dataset) {
  std::vector<int32_t> lengths(static_cast<size_t>(dataset.num_sequences()));
  for (size_t k = 0; k < lengths.size(); ++k) {
    lengths[k] = dataset.length(k);
    if (lengths[k] < 0) {
      throw Error(ErrorKind::kInput, fmt::format("sequence {} has a length of {}", k, lengths[k]),
                  dataset.paths().idx, kIdxHeaderBytes + 4 * k);
    }
  }
  return lengths;
}

}  // namespace owt::formats
