#include "trainer/config.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "formats/gpt_blend.h"
#include "pipeline/error.h"

namespace owt::trainer {
namespace {

void Require(bool condition, const std::string& message) {
  if (!condition) throw Error(ErrorKind::kUsage, message);
}

// Sizes come from command lines and checkpoints: these bounds keep every product below in 64 bits.
void RequireSize(const char* option, int64_t value, int64_t largest) {
  Require(value >= 1 && value <= largest,
          fmt::format("--{} is {}; it takes 1 to {}", option, value, largest));
}

std::optional<double> ParseNumber(const std::string& word) {
  double number = 0;
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

void ValidateSchedule(const TrainConfig& config) {
  Require(config.learning_rate > 0 && config.min_learning_rate >= 0 &&
              config.min_learning_rate <= config.learning_rate,
          fmt::format("--lr {} and --min-lr {}: 0 <= min-lr <= lr and lr above 0 are needed",
                      config.learning_rate, config.min_learning_rate));
  Require(config.warmup_init >= 0 && config.warmup_init <= config.learning_rate,
          fmt::format("--lr-warmup-init is {}; it takes 0 to --lr", config.warmup_init));
  Require(config.warmup_fraction >= 0 && config.warmup_fraction < 1,
          fmt::format("--lr-warmup-fraction is {}; it takes 0 to below 1", config.warmup_fraction));
  Require(config.warmup_samples == 0 || config.warmup_iterations == 0,
          "--lr-warmup-samples and --lr-warmup-iters say the same; give one");
  const int64_t decay = config.decay_iterations > 0 ? config.decay_iterations : config.iterations;
  RequireSize("lr-decay-iters", decay, int64_t{1} << 32);
  Require(config.warmup_iterations < decay && config.warmup_samples < decay * config.global_batch,
          fmt::format("the warm-up is no shorter than the decay, which takes {} iterations of {} "
                      "samples",
                      decay, config.global_batch));
  if (config.decay_style != DecayStyle::kWsd) return;
  Require(config.wsd_decay_iterations > 0 && config.wsd_decay_iterations <= decay,
          fmt::format("--lr-decay-style WSD needs --lr-wsd-decay-iters from 1 to {}, the length of "
                      "the decay",
                      decay));
}

void ValidateLossScale(const TrainConfig& config) {
  Require(config.loss_scale >= 0 && config.min_loss_scale > 0 &&
              config.min_loss_scale <= config.initial_loss_scale,
          fmt::format("--min-loss-scale {} and --initial-loss-scale {}: the first is above 0 and "
                      "not above the second",
                      config.min_loss_scale, config.initial_loss_scale));
  RequireSize("loss-scale-window", config.loss_scale_window, int64_t{1} << 32);
  RequireSize("hysteresis", config.hysteresis, int64_t{1} << 32);
}

}  // namespace

const char* PrecisionName(Precision precision) {
  return precision == Precision::kBf16 ? "bf16" : precision == Precision::kFp16 ? "fp16" : "fp32";
}

void Validate(const ModelConfig& config) {
  RequireSize("num-layers", config.layers, 1000);
  RequireSize("hidden-size", config.hidden, 1 << 17);
  RequireSize("num-attention-heads", config.heads, 1 << 10);
  RequireSize("max-position-embeddings", config.positions, 1 << 24);
  RequireSize("vocab-size", config.vocab, 1 << 28);
  Require(config.hidden % config.heads == 0,
          fmt::format("--hidden-size {} is no multiple of --num-attention-heads {}", config.hidden,
                      config.heads));
  Require(config.dropout >= 0 && config.dropout < 1,
          fmt::format("--dropout is {}; it takes 0 to below 1", config.dropout));
}

int64_t CountParameters(const ModelConfig& config) {
  const int64_t c = config.hidden;
  // Per block: two LayerNorms, QKV, attention output, the two halves of the MLP.
  const int64_t block =
      4 * c + (3 * c * c + 3 * c) + (c * c + c) + (4 * c * c + 4 * c) + (4 * c * c + c);
  return (config.vocab + config.positions) * c + config.layers * block + 2 * c;
}

int64_t FlopsPerToken(const ModelConfig& config, int64_t sequence_length) {
  const int64_t c = config.hidden;
  return 6 * (config.layers * 12 * c * c + config.vocab * c) +
         12 * config.layers * c * sequence_length;
}

int64_t PaddedVocab(int64_t vocab_size, int64_t multiple) {
  return (vocab_size + multiple - 1) / multiple * multiple;
}

DataBlend ParseDataBlend(const std::vector<std::string>& words) {
  Require(!words.empty(),
          "--data PREFIX is needed: what owt encode wrote, without .bin or .idx; or a mix of "
          "several: --data WEIGHT1 PREFIX1 WEIGHT2 PREFIX2 ...");
  DataBlend blend;
  for (size_t i = 0; i < words.size() && words.size() % 2 == 0; i += 2) {
    const std::optional<double> weight = ParseNumber(words[i]);
    Require(!weight || i == 0 || !blend.weights.empty(),
            fmt::format("--data has a weight for {}, but none for {}", words[i + 1], words[0]));
    if (!weight) {
      Require(blend.weights.empty(), fmt::format("--data has no weight for {}", words[i]));
      continue;
    }
    Require(*weight > 0 && std::isfinite(*weight),
            fmt::format("--data has the weight {} for {}; weights are above zero", words[i],
                        words[i + 1]));
    blend.weights.push_back(*weight);
    blend.prefixes.push_back(words[i + 1]);
  }
  if (blend.weights.empty()) blend.prefixes = words;
  Require(blend.prefixes.size() <= formats::kMaxBlendedDatasets, "--data has too many datasets");
  return blend;
}

void Validate(const TrainConfig& config) {
  Validate(config.model);
  RequireSize("seq-length", config.sequence_length, config.model.positions);
  RequireSize("micro-batch-size", config.micro_batch, 1 << 20);
  RequireSize("global-batch-size", config.global_batch, 1 << 24);
  RequireSize("train-iters", config.iterations, int64_t{1} << 32);
  RequireSize("save-interval", config.save_interval, int64_t{1} << 32);
  RequireSize("log-interval", config.log_interval, int64_t{1} << 32);
  Require(config.global_batch % config.micro_batch == 0,
          fmt::format("--global-batch-size {} is no multiple of --micro-batch-size {}",
                      config.global_batch, config.micro_batch));
  ValidateSchedule(config);
  ValidateLossScale(config);
  Require(config.rollback_after == 0 || !config.save.empty(),
          "--rollback-after goes back to a checkpoint of --save DIR, which is not given");
  Require(!config.finetune || !config.load.empty(),
          "--finetune begins with the parameters of --load DIR, which is not given");
  Require(!config.finetune || config.load != config.save,
          "--finetune begins a new run: --save needs a folder other than --load");
  Require(config.recompute == Recompute::kNone || config.device != "cpu",
          "--recompute needs --device cuda");
  Require(!config.deterministic || config.precision == Precision::kBf16 || config.device == "cpu",
          "--deterministic-mode on a GPU needs --bf16");
  RequireSize("tensorboard-log-interval", config.tensorboard_log_interval, int64_t{1} << 32);
  Require(!config.documents.any() ||
              (config.documents.end_token >= 0 && config.documents.end_token < config.model.vocab),
          fmt::format("--eod-token {} is outside the vocabulary of {} ids",
                      config.documents.end_token, config.model.vocab));
}

}  // namespace owt::trainer
