#include "trainer/data/train_data.h"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <utility>

#include "formats/gpt_index_cache.h"
#include "pipeline/error.h"

namespace owt::trainer {
namespace {

using formats::GptIndex;
using formats::GptIndexOptions;
using formats::IndexedDataset;
using formats::SequenceRange;

// One part of the split, of every dataset.
class PartMaker {
 public:
  PartMaker(const TrainConfig& config, const DataBlend& sources,
            const std::vector<IndexedDataset>& datasets, TrainData::Say say)
      : config_(config), sources_(sources), datasets_(datasets), say_(std::move(say)) {
    for (const IndexedDataset& dataset : datasets) {
      lengths_.push_back(formats::SequenceLengths(dataset));
      splits_.push_back(
          formats::SplitSequences(config.split, static_cast<int64_t>(dataset.num_sequences())));
    }
  }

  // A dataset without two tokens, the least that makes a sample, in this part; or null.
  const IndexedDataset* WithoutTokens(size_t part) const {
    for (size_t k = 0; k < datasets_.size(); ++k) {
      const auto begin = lengths_[k].begin();
      const SequenceRange range = splits_[k][part];
      if (std::accumulate(begin + range.begin, begin + range.end, int64_t{0}) < 2) {
        return &datasets_[k];
      }
    }
    return nullptr;
  }

  BlendedDataset Make(size_t part, int64_t num_samples) {
    if (datasets_.size() == 1 && sources_.weights.empty()) {
      return BlendedDataset(std::move(Load(part, {num_samples})[0]));
    }
    return sources_.weights.empty() ? MixBySize(part, num_samples) : MixByWeight(part, num_samples);
  }

 private:
  BlendedDataset MixByWeight(size_t part, int64_t num_samples) {
    const std::vector<double> weights = formats::NormalizeWeights(sources_.weights);
    int64_t size = 0;
    for (const double weight : weights) size += formats::BlendShare(num_samples, weight);
    formats::GptBlend blend = formats::BuildGptBlend(weights, size);
    const std::vector<int64_t> taken = formats::CountBlended(blend, weights.size());
    std::vector<int64_t> wanted;
    for (size_t k = 0; k < weights.size(); ++k) {
      wanted.push_back(formats::BlendRequest(num_samples, weights[k]));
      // Megatron ends with an IndexError here: for tiny weights the surplus is no whole sample.
      const auto shape =
          formats::ShapeOfGptIndex(lengths_[k], splits_[k][part], Options(wanted.back()));
      if (shape.num_samples < taken[k]) wanted.back() = taken[k];
    }
    return BlendedDataset(Load(part, wanted), std::move(blend));
  }

  // One epoch of each, cut at num_samples; what is behind that wraps around.
  BlendedDataset MixBySize(size_t part, int64_t num_samples) {
    std::vector<GptDataset> datasets = Load(part, std::vector<int64_t>(datasets_.size(), 0));
    std::vector<double> weights;
    int64_t sum = 0;
    for (size_t k = 0; k < datasets.size(); ++k) {
      if (datasets[k].num_samples() == 0) {
        throw Error(ErrorKind::kInput,
                    fmt::format("one epoch of this part of the split makes no sample of {} tokens; "
                                "leave the dataset out, or give weights",
                                config_.sequence_length),
                    datasets_[k].paths().idx);
      }
      weights.push_back(static_cast<double>(datasets[k].num_samples()));
      sum += datasets[k].num_samples();
    }
    return BlendedDataset(std::move(datasets),
                          formats::BuildGptBlend(weights, std::min(num_samples, sum)));
  }

  GptIndexOptions Options(int64_t num_samples) const {
    return {num_samples, config_.sequence_length, static_cast<uint32_t>(config_.seed)};
  }

  // The datasets with that many samples each.
  std::vector<GptDataset> Load(size_t part, const std::vector<int64_t>& num_samples) {
    std::vector<GptIndex> indices(datasets_.size());
    oneapi::tbb::parallel_for(size_t{0}, indices.size(), [&](size_t k) {
      const GptIndexOptions options = Options(num_samples[k]);
      const SequenceRange range = splits_[k][part];
      const std::string path =
          formats::GptIndexCachePath(sources_.prefixes[k], config_.data_cache_path,
                                     formats::GptIndexKey(lengths_[k], range, options));
      indices[k] = formats::LoadOrBuildGptIndex(path, lengths_[k], range, options,
                                                [this](std::string_view line) {
                                                  const std::scoped_lock lock(say_mutex_);
                                                  say_(line);
                                                });
    });
    std::vector<GptDataset> parts;
    for (size_t k = 0; k < indices.size(); ++k) {
      parts.emplace_back(datasets_[k], std::move(indices[k]), config_.model.vocab);
    }
    return parts;
  }

  const TrainConfig& config_;
  const DataBlend& sources_;
  const std::vector<IndexedDataset>& datasets_;
  const TrainData::Say say_;
  std::mutex say_mutex_;
  std::vector<std::vector<int32_t>> lengths_;
  std::vector<formats::GptSplit> splits_;
};

bool WantsValidation(const TrainConfig& config) {
  return config.eval_interval > 0 && formats::SplitShares(config.split)[1] > 0;
}

}  // namespace

TrainData::TrainData(const TrainConfig& config, const Say& say) {
  const DataBlend sources = ParseDataBlend(config.data);
  for (const std::string& prefix : sources.prefixes) {
    datasets_.emplace_back(formats::IndexedDatasetPaths::Of(prefix));
  }
  PartMaker maker(config, sources, datasets_, say);
  train_.emplace(maker.Make(0, config.iterations * config.global_batch));
  if (!WantsValidation(config)) return;
  if (const IndexedDataset* empty = maker.WithoutTokens(1)) {
    // Small corpora have no validation part under the default split, which nobody chose.
    if (config.split == TrainConfig::kDefaultSplit) return;
    throw Error(ErrorKind::kInput,
                fmt::format("--split {} leaves its {} documents no token for validation; give the "
                            "second share more, or 0",
                            config.split, empty->num_documents()),
                empty->paths().idx);
  }
  // Megatron's count: one evaluation for every interval and one at the end.
  const int64_t evaluations = config.iterations / config.eval_interval + 1;
  valid_.emplace(maker.Make(1, evaluations * config.eval_iterations * config.global_batch));
}

uint64_t TrainData::num_sequences() const {
  uint64_t sum = 0;
  for (const IndexedDataset& dataset : datasets_) sum += dataset.num_sequences();
  return sum;
}

uint64_t TrainData::num_tokens() const {
  uint64_t sum = 0;
  for (const IndexedDataset& dataset : datasets_) sum += dataset.num_tokens();
  return sum;
}

}  // namespace owt::trainer
