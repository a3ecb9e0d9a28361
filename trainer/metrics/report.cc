// Names of series: Megatron-LM megatron/training/training.py, training_log and
// evaluate_and_print_results.
#include "trainer/metrics/report.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>
#include <vector>

#include "pipeline/error.h"
#include "trainer/log_line.h"
#include "trainer/metrics/metrics_line.h"

namespace owt::trainer {
namespace {

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Report::Report(const TrainConfig& config, Say say, std::function<int64_t()> memory,
               double peak_flops)
    : config_(config), say_(std::move(say)), memory_(std::move(memory)), peak_flops_(peak_flops) {}

void Report::Begin(int64_t iteration, int64_t samples, const IntervalSums& sums) {
  sums_ = sums;
  if (!config_.save.empty()) {
    std::error_code error;
    std::filesystem::create_directories(config_.save, error);
    if (error) {
      throw Error(ErrorKind::kOutput, "cannot make this folder: " + error.message(), config_.save);
    }
    metrics_.emplace((std::filesystem::path(config_.save) / kMetricsFile).string(),
                     [&](std::string_view file) { return KeptMetricsBytes(file, iteration); });
  }
  if (!config_.tensorboard_dir.empty()) {
    events_.emplace(config_.tensorboard_dir, config_.save, iteration, samples);
  }
  interval_start_ = std::chrono::steady_clock::now();
}

void Report::Step(const Place& place, const StepResult& step) {
  ++sums_.iterations;
  ++timed_iterations_;
  if (std::isnan(step.loss)) ++sums_.nan;
  if (step.skipped) {
    ++sums_.skipped;
  } else {
    sums_.loss_sum += step.loss;
  }
  if (events_ && place.iteration % config_.tensorboard_log_interval == 0) {
    std::vector<Scalar> scalars = {{"learning-rate", place.learning_rate},
                                   {"batch-size", static_cast<double>(config_.global_batch)},
                                   {"loss-scale", place.loss_scale}};
    if (!step.skipped) {
      scalars.push_back({"lm loss", step.loss});
      scalars.push_back({"grad-norm", step.grad_norm});
    }
    events_->Add(place.iteration, place.samples, scalars);
  }
  if (place.iteration % config_.log_interval == 0) TellInterval(place, step);
}

void Report::TellInterval(const Place& place, const StepResult& step) {
  const double seconds = SecondsSince(interval_start_) / static_cast<double>(timed_iterations_);
  const int64_t counted = sums_.iterations - sums_.skipped;
  IntervalLog log;
  log.iteration = place.iteration;
  log.iterations = config_.iterations;
  log.consumed_samples = place.samples;
  log.milliseconds_per_iteration = seconds * 1e3;
  log.learning_rate = place.learning_rate;
  log.global_batch = config_.global_batch;
  if (counted > 0) log.loss = sums_.loss_sum / static_cast<double>(counted);
  log.loss_scale = place.loss_scale;
  if (config_.clip_grad > 0 && !step.skipped) log.grad_norm = step.grad_norm;
  log.skipped = sums_.skipped;
  log.nan = sums_.nan;
  const auto tokens = static_cast<double>(config_.global_batch * config_.sequence_length);
  log.tokens_per_second = tokens / std::max(seconds, 1e-9);
  if (config_.log_throughput) {
    log.flops_per_second = *log.tokens_per_second * static_cast<double>(FlopsPerToken(
                                                        config_.model, config_.sequence_length));
    log.mfu = *log.flops_per_second / peak_flops_;
  }
  log.seconds_left = seconds * static_cast<double>(config_.iterations - place.iteration);
  say_(TrainingLine(log));
  if (metrics_) {
    TrainMetrics metrics;
    metrics.iteration = place.iteration;
    metrics.samples = place.samples;
    metrics.tokens = place.samples * config_.sequence_length;
    metrics.loss = log.loss;
    metrics.learning_rate = place.learning_rate;
    if (!step.skipped) metrics.grad_norm = step.grad_norm;
    metrics.loss_scale = place.loss_scale;
    metrics.skipped = sums_.skipped;
    metrics.nan = sums_.nan;
    metrics.seconds_per_iteration = seconds;
    metrics.tokens_per_second = *log.tokens_per_second;
    metrics.flops_per_second = log.flops_per_second;
    metrics.mfu = log.mfu;
    metrics.memory_bytes = memory_();
    metrics_->Add(MetricsLine(metrics));
    metrics_->Flush();
  }
  if (events_) {
    std::vector<Scalar> times = {{"iteration-time", seconds},
                                 {"tokens-per-second", *log.tokens_per_second}};
    if (log.flops_per_second) {
      times.push_back({"throughput", *log.flops_per_second / 1e12});
      times.push_back({"mfu", *log.mfu});
    }
    events_->Add(place.iteration, place.samples, times);
    events_->Flush();
  }
  sums_ = {};
  timed_iterations_ = 0;
  interval_start_ = std::chrono::steady_clock::now();
}

void Report::Validation(const std::string& what, const Place& place, double loss) {
  say_(ValidationBlock(what, loss));
  if (metrics_) {
    metrics_->Add(ValidationMetricsLine(place.iteration, place.samples,
                                        place.samples * config_.sequence_length, loss));
    metrics_->Flush();
  }
  if (events_) {
    const Scalar losses[] = {{"lm loss validation", loss},
                             {"lm loss validation ppl", std::exp(std::min(20.0, loss))}};
    events_->Add(place.iteration, place.samples, losses);
    events_->Flush();
  }
}

void Report::Sync() {
  if (metrics_) metrics_->Sync();
  if (events_) events_->Sync();
}

}  // namespace owt::trainer
