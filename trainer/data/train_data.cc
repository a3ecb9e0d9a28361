#include "trainer/data/train_data.h"

#include <numeric>

#include "formats/gpt_split.h"

namespace owt::trainer {
namespace {

int64_t TokensIn(const std::vector<int32_t>& lengths, formats::SequenceRange range) {
  return std::accumulate(lengths.begin() + range.begin, lengths.begin() + range.end, int64_t{0});
}

}  // namespace

TrainData::TrainData(const TrainConfig& config)
    : dataset_(formats::IndexedDatasetPaths::Of(config.data)),
      lengths_(formats::SequenceLengths(dataset_)) {
  const formats::GptSplit split =
      formats::SplitSequences(config.split, static_cast<int64_t>(dataset_.num_sequences()));
  const auto make = [&](formats::SequenceRange range, int64_t samples) {
    const formats::GptIndexOptions options{samples, config.sequence_length,
                                           static_cast<uint32_t>(config.seed)};
    return GptDataset(dataset_, lengths_, range, options, config.model.vocab);
  };
  train_.emplace(make(split[0], config.iterations * config.global_batch));
  if (config.eval_interval > 0 && TokensIn(lengths_, split[1]) > 1) {
    // Megatron's count: one evaluation for every interval and one at the end.
    const int64_t evaluations = config.iterations / config.eval_interval + 1;
    valid_.emplace(make(split[1], evaluations * config.eval_iterations * config.global_batch));
  }
}

}  // namespace owt::trainer
