// The arrays are those of Megatron-LM's GPTDataset (checked against its 2025 code). Its random
// numbers are numpy's legacy RandomState: MT19937 seeded by init_genrand, which is what the C++
// standard fixes for std::mt19937, and a shuffle from the back with masked rejection.

#include "formats/gpt_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

#include "formats/indexed_dataset.h"
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

// A number in [0, max] as numpy's legacy RandomState draws it.
uint32_t DrawUpTo(uint32_t max, std::mt19937& random) {
  const uint32_t mask = static_cast<uint32_t>((uint64_t{1} << std::bit_width(max)) - 1);
  uint32_t drawn;
  do {
    drawn = static_cast<uint32_t>(random()) & mask;
  } while (drawn > max);
  return drawn;
}

// numpy.random.RandomState.shuffle, for up to 2^32 elements: for i from the last to 1, element i
// changes places with one of [0, i]. What is drawn does not depend on the elements, so the draws
// run ahead of the exchanges, whose places are all over the memory.
template <class T>
void ShuffleLikeNumpy(std::mt19937& random, std::span<T> values) {
  std::array<uint32_t, kAhead> partners;
  for (size_t last = values.size(); last > 1;) {
    const size_t count = std::min(kAhead, last - 1);
    for (size_t k = 0; k < count; ++k) {
      partners[k] = DrawUpTo(static_cast<uint32_t>(last - 1 - k), random);
      __builtin_prefetch(&values[partners[k]], /*for writing*/ 1);
    }
    for (size_t k = 0; k < count; ++k) std::swap(values[last - 1 - k], values[partners[k]]);
    last -= count;
  }
}

void AppendEpochs(SequenceRange range, int64_t epochs, std::mt19937& random,
                  std::vector<int32_t>* doc_idx) {
  const size_t begin = doc_idx->size();
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (int64_t id = range.begin; id < range.end; ++id) {
      doc_idx->push_back(static_cast<int32_t>(id));
    }
  }
  ShuffleLikeNumpy(random, std::span(*doc_idx).subspan(begin));
}

// REQUIRES: doc_idx holds num_samples * sequence_length + 1 tokens or more.
std::vector<SamplePosition> WalkSamples(std::span<const int32_t> lengths,
                                        std::span<const int32_t> doc_idx, int64_t num_samples,
                                        int64_t sequence_length) {
  std::vector<SamplePosition> samples;
  samples.reserve(static_cast<size_t>(num_samples) + 1);
  size_t doc = 0;
  int64_t offset = 0;
  samples.push_back({});
  for (int64_t sample = 0; sample < num_samples; ++sample) {
    int64_t remaining = sequence_length + 1;
    while (true) {
      if (doc + kAhead < doc_idx.size()) {
        __builtin_prefetch(&lengths[static_cast<size_t>(doc_idx[doc + kAhead])]);
      }
      const int64_t available = lengths[static_cast<size_t>(doc_idx[doc])] - offset;
      if (remaining <= available) break;
      remaining -= available;
      offset = 0;
      ++doc;
    }
    offset += remaining - 1;  // the last token is the next sample's first
    samples.push_back({static_cast<int32_t>(doc), static_cast<int32_t>(offset)});
  }
  return samples;
}

std::vector<uint32_t> ShuffleSamples(int64_t num_first, int64_t num_samples, std::mt19937& random) {
  std::vector<uint32_t> order(static_cast<size_t>(num_samples));
  std::iota(order.begin(), order.end(), uint32_t{0});
  const std::span all(order);
  ShuffleLikeNumpy(random, all.first(static_cast<size_t>(num_first)));
  ShuffleLikeNumpy(random, all.subspan(static_cast<size_t>(num_first)));
  return order;
}

}  // namespace

GptIndex BuildGptIndex(std::span<const int32_t> lengths, SequenceRange range,
                       const GptIndexOptions& options) {
  GptIndex index;
  for (int64_t id = range.begin; id < range.end; ++id) {
    index.tokens_per_epoch += lengths[static_cast<size_t>(id)];
  }
  const int64_t tokens = index.tokens_per_epoch;
  if (tokens == 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("sequences {} to {} hold no token, so no sample can be made of them; "
                            "change the split or give more data",
                            range.begin, range.end));
  }
  // The least number of epochs whose tokens give the samples and the one token behind the last.
  const int64_t wanted = options.num_samples * options.sequence_length + 1;
  index.num_epochs = std::max<int64_t>(1, (wanted + tokens - 1) / tokens);
  const int64_t total = (index.num_epochs * tokens - 1) / options.sequence_length;
  if (range.end > kMaxSequences || index.num_epochs > kMaxSequences / range.size() ||
      total > kMaxSamples) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} epochs of {} sequences and {} samples are too many for one index; "
                            "train in several runs or on a part of the data",
                            index.num_epochs, range.size(), total));
  }
  int64_t num_first = total;
  if (index.num_epochs > 1) {
    const int64_t before_last = ((index.num_epochs - 1) * tokens - 1) / options.sequence_length;
    const int64_t per_epoch = (tokens - 1) / options.sequence_length;
    index.separate_last_epoch =
        options.num_samples - before_last <
        static_cast<int64_t>(kSeparateBelow * static_cast<double>(per_epoch));
    if (index.separate_last_epoch) num_first = before_last;
  }

  std::mt19937 random(options.seed);
  const int64_t epochs_apart = index.separate_last_epoch ? 1 : 0;
  index.doc_idx.reserve(static_cast<size_t>(index.num_epochs * range.size()));
  AppendEpochs(range, index.num_epochs - epochs_apart, random, &index.doc_idx);
  AppendEpochs(range, epochs_apart, random, &index.doc_idx);
  index.sample_idx = WalkSamples(lengths, index.doc_idx, total, options.sequence_length);
  index.shuffle_idx = ShuffleSamples(num_first, total, random);
  return index;
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
