#include "trainer/train.h"

#include <ATen/Context.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "pipeline/error.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/checkpoint/hugging_face_folder.h"
#include "trainer/data/train_data.h"
#include "trainer/device.h"
#include "trainer/evaluate/evaluate.h"
#include "trainer/log_line.h"
#include "trainer/model/init.h"
#include "trainer/optim/schedule.h"
#include "trainer/step.h"

namespace owt::trainer {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

// What has happened since the last training line.
struct Interval {
  Clock::time_point start = Clock::now();
  int64_t iterations = 0, skipped = 0, nan = 0;
  double loss_sum = 0;

  void Add(const StepResult& step) {
    ++iterations;
    if (std::isnan(step.loss)) ++nan;
    if (step.skipped) {
      ++skipped;
    } else {
      loss_sum += step.loss;
    }
  }
};

class Training {
 public:
  Training(const TrainConfig& config, const Hooks& hooks)
      : config_(config),
        hooks_(hooks),
        data_(config, hooks.log),
        model_(config.model, OpenDevice(config.device)),
        optimizer_(model_.parameters(), config),
        schedule_(config),
        tokenizer_(ModelTokenizer(config.tokenizer, config.model.vocab)) {}

  void Run() {
    Start();
    while (state_.iteration < config_.iterations) {
      const StepResult step =
          step_.run(state_.consumed_samples, schedule_.LearningRate(state_.scheduled_samples));
      Advance(step);
      if (Every(config_.log_interval)) LogInterval(step);
      if (Every(config_.eval_interval)) {
        Validate(fmt::format("iteration {}", state_.iteration));
      }
      const bool stop = hooks_.cancelled();
      if (stop || Every(config_.save_interval)) Save();
      if (stop) throw Error(ErrorKind::kInterrupted, StoppedMessage());
    }
    Finish();
  }

 private:
  bool Every(int64_t interval) const { return interval > 0 && state_.iteration % interval == 0; }

  void Start() {
    at::Generator random = at::globalContext().defaultGenerator(at::kCPU);
    random.set_current_seed(config_.seed);
    state_.total_samples = config_.iterations * config_.global_batch;
    const bool resumed = Resume();
    if (!resumed) InitParameters(model_, config_.seed);
    hooks_.log(fmt::format(
        "{} parameters, {} on {} with {} threads; {} tokens in {} sequences, {:.3g} epochs; {}",
        CountParameters(config_.model), config_.precision == Precision::kBf16 ? "bf16" : "fp32",
        config_.device, config_.threads, data_.num_tokens(), data_.num_sequences(),
        static_cast<double>(state_.total_samples * config_.sequence_length) /
            static_cast<double>(data_.num_tokens()),
        resumed ? fmt::format("going on after iteration {}", state_.iteration)
                : "starting from random parameters"));
    if (config_.eval_interval > 0 && !data_.valid()) {
      hooks_.log("no validation: the split leaves it no sequence; see --split");
    }
    step_ = ChooseStep(config_, data_.train(), model_, &optimizer_);
    if (!step_.description.empty()) hooks_.log(step_.description);
    first_iteration_ = state_.iteration;
    start_ = Clock::now();
    interval_ = Interval{};
  }

  // Loads the newest whole checkpoint of --save, if there is one.
  bool Resume() {
    if (config_.save.empty()) return false;
    const FoundCheckpoint found = FindCheckpoint(config_.save);
    for (const std::string& damaged : found.damaged) {
      hooks_.log(fmt::format("passing over a damaged checkpoint: {}", damaged));
    }
    if (found.path.empty()) {
      if (found.damaged.empty()) return false;
      throw Error(ErrorKind::kInput,
                  "no checkpoint here is whole; name another folder to start over", config_.save);
    }
    ModelConfig theirs = ReadModelConfig(found.path);
    theirs.dropout = config_.model.dropout;
    if (theirs != config_.model) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("it holds a model of {} layers, hidden size {}, {} heads, {} "
                      "positions and {} ids, not the one asked for",
                      theirs.layers, theirs.hidden, theirs.heads, theirs.positions, theirs.vocab),
          found.path);
    }
    LoadParameters(found.path, model_);
    const int64_t total = state_.total_samples;
    state_ = LoadTrainState(found.path, model_, &optimizer_);
    if (state_.total_samples != total) {
      hooks_.log(
          fmt::format("the run was begun for {} samples and is now for {}: the order of the "
                      "data and the schedule may differ",
                      state_.total_samples, total));
      state_.total_samples = total;
    }
    return true;
  }

  void Advance(const StepResult& step) {
    ++state_.iteration;
    state_.consumed_samples += config_.global_batch;
    if (!step.skipped) state_.scheduled_samples += config_.global_batch;
    interval_.Add(step);
    skipped_in_a_row_ = step.skipped ? skipped_in_a_row_ + 1 : 0;
    if (skipped_in_a_row_ < kMaxSkipped) return;
    throw Error(ErrorKind::kExternal,
                fmt::format("loss or gradients were not finite in the last {} iterations, up to "
                            "{}; try a lower --lr or a longer --lr-warmup-fraction",
                            kMaxSkipped, state_.iteration));
  }

  void LogInterval(const StepResult& step) {
    IntervalLog log;
    log.iteration = state_.iteration;
    log.iterations = config_.iterations;
    log.consumed_samples = state_.consumed_samples;
    log.milliseconds_per_iteration =
        Seconds(interval_.start) * 1e3 / static_cast<double>(interval_.iterations);
    log.learning_rate = schedule_.LearningRate(state_.scheduled_samples);
    log.global_batch = config_.global_batch;
    const int64_t counted = interval_.iterations - interval_.skipped;
    if (counted > 0) log.loss = interval_.loss_sum / static_cast<double>(counted);
    if (config_.clip_grad > 0 && !step.skipped) log.grad_norm = step.grad_norm;
    log.skipped = interval_.skipped;
    log.nan = interval_.nan;
    hooks_.log(TrainingLine(log));
    interval_ = Interval{};
  }

  void Validate(const std::string& what) {
    if (!data_.valid()) return;
    const Clock::time_point start = Clock::now();
    const int64_t samples = config_.eval_iterations * config_.global_batch;
    // The next unused samples, as an uninterrupted run would take them.
    const int64_t first = (state_.iteration - 1) / config_.eval_interval * samples;
    const double loss = SampleLoss(model_, config_.precision, *data_.valid(), first, samples,
                                   config_.sequence_length, config_.micro_batch);
    hooks_.log(ValidationBlock(what, loss));
    interval_.start += Clock::now() - start;  // a training line times training alone
  }

  void Save() {
    if (config_.save.empty() || saved_iteration_ == state_.iteration) return;
    const Clock::time_point start = Clock::now();
    const std::string path = SaveCheckpoint(config_.save, model_, optimizer_, state_,
                                            tokenizer_ ? &*tokenizer_ : nullptr);
    saved_iteration_ = state_.iteration;
    hooks_.log(fmt::format("saved {} in {:.1f} s", path, Seconds(start)));
    interval_.start += Clock::now() - start;
  }

  void Finish() {
    const double seconds = Seconds(start_);
    const int64_t iterations = state_.iteration - first_iteration_;
    if (iterations == 0) {
      hooks_.log("nothing to do: the checkpoint has all iterations");
      return;
    }
    if (!Every(config_.eval_interval)) Validate("the end of training for val data");
    Save();
    const double tokens =
        static_cast<double>(iterations * config_.global_batch * config_.sequence_length);
    hooks_.log(fmt::format("{} iterations, {:.0f} tokens in {:.1f} s: {:.0f} tokens/s{}",
                           iterations, tokens, seconds, tokens / seconds, PeakMemory()));
  }

  std::string PeakMemory() const {
    const int64_t bytes = PeakDeviceBytes(model_.device());
    return bytes == 0 ? "" : fmt::format(", {} MiB of device memory", bytes >> 20);
  }

  std::string StoppedMessage() const {
    return fmt::format("stopped after iteration {}{}", state_.iteration,
                       config_.save.empty() ? "; without --save nothing was kept"
                                            : "; the same command goes on from there");
  }

  const TrainConfig& config_;
  const Hooks& hooks_;
  TrainData data_;
  Gpt2 model_;
  AdamW optimizer_;
  Schedule schedule_;
  std::optional<formats::Gpt2Vocab> tokenizer_;  // goes into checkpoints
  ChosenStep step_;
  TrainState state_;
  Interval interval_;
  Clock::time_point start_;
  int64_t first_iteration_ = 0, saved_iteration_ = -1, skipped_in_a_row_ = 0;
};

}  // namespace

void Train(const TrainConfig& config, const Hooks& hooks) {
  Validate(config);
  SetThreads(config.threads);
  Training(config, hooks).Run();
}

}  // namespace owt::trainer
