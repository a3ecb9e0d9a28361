#include "trainer/train.h"

#include <ATen/Context.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <optional>

#include "pipeline/error.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/checkpoint/hugging_face_folder.h"
#include "trainer/checkpoint/saver.h"
#include "trainer/data/train_data.h"
#include "trainer/device.h"
#include "trainer/metrics/report.h"
#include "trainer/model/init.h"
#include "trainer/optim/loss_scale.h"
#include "trainer/optim/schedule.h"
#include "trainer/optim/spike_guard.h"
#include "trainer/origin.h"
#include "trainer/product_peak.h"
#include "trainer/step.h"
#include "trainer/validation.h"

namespace owt::trainer {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

// Of the device, or on a CPU of the process.
int64_t PeakBytes(at::Device device) {
  if (device.is_cuda()) return PeakDeviceBytes(device);
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

class Training {
 public:
  Training(const TrainConfig& config, const Origin& origin, const Hooks& hooks)
      : config_(config),
        origin_(origin),
        hooks_(hooks),
        data_(config, hooks.log),
        model_(config.model, OpenDevice(config.device)),
        optimizer_(model_.parameters(), config),
        schedule_(config),
        loss_scale_(config),
        spikes_(config),
        report_(
            config, hooks.log, [this] { return PeakBytes(model_.device()); }, PeakFlops()),
        tokenizer_(ModelTokenizer(config.tokenizer, config.model.vocab)),
        saver_(config, tokenizer_ ? &*tokenizer_ : nullptr, hooks.log) {}

  void Run() {
    Start();
    while (state_.iteration < config_.iterations) {
      Step();
      if (rollback_due()) {
        RollBack();
        continue;
      }
      if (Every(config_.eval_interval)) {
        Validate(fmt::format("iteration {}", state_.iteration));
      }
      const bool stop = hooks_.cancelled();
      if (stop || Every(config_.save_interval)) Save();
      if (stop) {
        saver_.Wait();
        throw Error(ErrorKind::kInterrupted, StoppedMessage());
      }
    }
    Finish();
  }

 private:
  // For --log-throughput.
  double PeakFlops() const {
    if (!config_.log_throughput) return 0;
    const int64_t n = PeakProductSize(model_.device());
    const double peak = MeasureProductPeak(model_.device(), config_.precision);
    hooks_.log(fmt::format("MFU is against the {:.3g} TFLOP/s of a product of {} x {} in {}",
                           peak / 1e12, n, n, PrecisionName(config_.precision)));
    return peak;
  }

  bool rollback_due() const {
    return config_.rollback_after > 0 && state_.skipped_in_a_row >= config_.rollback_after;
  }

  bool Every(int64_t interval) const { return interval > 0 && state_.iteration % interval == 0; }

  void Start() {
    at::Generator random = at::globalContext().defaultGenerator(at::kCPU);
    random.set_current_seed(config_.seed);
    state_.total_samples = config_.iterations * config_.global_batch;
    origin_.checkpoint.empty() ? InitParameters(model_, config_.seed) : Load();
    hooks_.log(fmt::format(
        "{} parameters, {} on {} with {} threads; {} tokens in {} sequences, {:.3g} epochs; {}",
        CountParameters(config_.model), PrecisionName(config_.precision), config_.device,
        config_.threads, data_.num_tokens(), data_.num_sequences(),
        static_cast<double>(state_.total_samples * config_.sequence_length) /
            static_cast<double>(data_.num_tokens()),
        BeginMessage()));
    if (config_.eval_interval > 0 && !data_.valid()) {
      hooks_.log("no validation: the split leaves it no sequence; see --split");
    }
    step_ = ChooseStep(config_, data_.train(), model_, &optimizer_);
    if (!step_.description.empty()) hooks_.log(step_.description);
    report_.Begin(state_.iteration, state_.consumed_samples, state_.interval);
    first_iteration_ = state_.iteration;
    if (config_.rollback_after > 0 && !origin_.is_saved) {
      state_.rollback_to = state_.iteration;
      Save();
    }
    start_ = Clock::now();
  }

  // From the origin: the parameters and, where the run goes on, its state.
  void Load() {
    LoadParameters(origin_.checkpoint, model_);
    if (origin_.parameters_only) return;
    const int64_t total = state_.total_samples;
    LoadState(origin_.checkpoint);
    if (state_.total_samples != total) {
      hooks_.log(
          fmt::format("the run was begun for {} samples and is now for {}: the order of the "
                      "data and the schedule may differ",
                      state_.total_samples, total));
      state_.total_samples = total;
    }
  }

  void LoadState(const std::string& checkpoint) {
    state_ = LoadTrainState(checkpoint, model_, &optimizer_);
    loss_scale_.Restore(state_.loss_scale);
    spikes_.Restore(state_.spikes);
  }

  // To the newest checkpoint from before the skipped steps, but on with the samples behind them. A
  // run that is killed after that comes to the same place again.
  void RollBack() {
    saver_.Wait();
    const TrainState before = state_;
    const FoundCheckpoint found = FindCheckpoint(config_.save, before.rollback_to);
    if (found.path.empty()) {
      throw Error(ErrorKind::kInput, "no whole checkpoint to go back to", config_.save);
    }
    LoadParameters(found.path, model_);
    LoadState(found.path);
    hooks_.log(
        fmt::format("the last {} iterations up to {} were skipped: going back to {}, and on "
                    "with the samples behind them",
                    before.skipped_in_a_row, before.iteration, found.path));
    report_.Begin(state_.iteration, state_.consumed_samples, state_.interval);
    saved_iteration_ = state_.iteration;
    state_.total_samples = before.total_samples;
    state_.consumed_samples = before.consumed_samples;
    state_.rollbacks = before.rollbacks + 1;
    if (state_.rollbacks > kMaxRollbacks) {
      throw Error(
          ErrorKind::kExternal,
          fmt::format("this was the {}th time; try a lower --lr or another part of the data",
                      state_.rollbacks));
    }
    step_ = {};
    step_ = ChooseStep(config_, data_.train(), model_, &optimizer_);
  }

  std::string BeginMessage() const {
    if (origin_.checkpoint.empty()) return "starting from random parameters";
    if (origin_.parameters_only) {
      return fmt::format("starting from the parameters of {}", origin_.checkpoint);
    }
    return fmt::format("going on after iteration {}", state_.iteration);
  }

  void Step() {
    StepInput input{state_.consumed_samples,
                    schedule_.LearningRate(state_.scheduled_samples),
                    loss_scale_.scale(),
                    {}};
    if (spikes_.active()) {
      input.is_spike = [this](double loss, double norm) { return spikes_.IsSpike(loss, norm); };
    }
    const StepResult step = step_.run(input);
    ++state_.iteration;
    state_.consumed_samples += config_.global_batch;
    if (!step.skipped) state_.scheduled_samples += config_.global_batch;
    const bool overflow = step.skipped && !step.spike;
    // An overflow that a smaller loss scale may cure is no sign of divergence.
    const bool is_bad = step.spike || (overflow && !loss_scale_.can_shrink());
    state_.skipped_in_a_row = is_bad ? state_.skipped_in_a_row + 1 : 0;
    loss_scale_.Update(overflow);
    if (!overflow) spikes_.Add(step.loss, step.grad_norm);
    if (step.spike) {
      hooks_.log(
          fmt::format("iteration {} is skipped: loss {:.6g}, norm of gradients {:.6g} stand "
                      "out from the last {}",
                      state_.iteration, step.loss, step.grad_norm, kSpikeWindow));
    }
    report_.Step(Place(), step);
    if (state_.skipped_in_a_row < kMaxSkipped || rollback_due()) return;
    throw Error(ErrorKind::kExternal,
                fmt::format("loss or gradients were not finite, or stood out, in the last {} "
                            "iterations, up to {}; try a lower --lr or a longer "
                            "--lr-warmup-fraction",
                            kMaxSkipped, state_.iteration));
  }

  Report::Place Place() const {
    return {state_.iteration, state_.consumed_samples,
            schedule_.LearningRate(state_.scheduled_samples), loss_scale_.scale()};
  }

  void Validate(const std::string& what) {
    if (!data_.valid()) return;
    const Clock::time_point start = Clock::now();
    const int64_t samples = config_.eval_iterations * config_.global_batch;
    // The next unused samples, as an uninterrupted run would take them.
    const int64_t first = (state_.iteration - 1) / config_.eval_interval * samples;
    const double loss = ValidationLoss(config_, model_, *data_.valid(), first, samples);
    report_.Validation(what, Place(), loss);
    report_.Exclude(Clock::now() - start);
  }

  void Save() {
    if (config_.save.empty() || saved_iteration_ == state_.iteration) return;
    const Clock::time_point start = Clock::now();
    report_.Sync();
    if (Every(config_.save_interval) && state_.skipped_in_a_row == 0) {
      state_.rollback_to = state_.iteration;
    }
    state_.interval = report_.sums();
    state_.loss_scale = loss_scale_.state();
    state_.spikes = spikes_.state();
    saver_.Save(model_, optimizer_, state_);
    saved_iteration_ = state_.iteration;
    report_.Exclude(Clock::now() - start);
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
    saver_.Wait();
    report_.Sync();
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
  const Origin& origin_;
  const Hooks& hooks_;
  TrainData data_;
  Gpt2 model_;
  AdamW optimizer_;
  Schedule schedule_;
  LossScale loss_scale_;
  SpikeGuard spikes_;
  Report report_;
  std::optional<formats::Gpt2Vocab> tokenizer_;  // goes into checkpoints
  CheckpointSaver saver_;
  ChosenStep step_;
  TrainState state_;
  Clock::time_point start_;
  int64_t first_iteration_ = 0, saved_iteration_ = -1;
};

}  // namespace

void Train(const TrainConfig& asked, const Hooks& hooks) {
  const Origin origin = FindOrigin(asked, hooks.log);
  TrainConfig config = asked;
  TakeModel(origin, &config);
  Validate(config);
  if (config.device == "cpu" && config.precision == Precision::kBf16 && !CpuHasBf16()) {
    hooks.log(
        "--bf16: this processor has no instructions for it and is faster in fp32: taking that");
    config.precision = Precision::kFp32;
  }
  SetThreads(config.threads);
  Training(config, origin, hooks).Run();
}

}  // namespace owt::trainer
