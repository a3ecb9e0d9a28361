#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// metrics.jsonl: an object for each log interval and each validation, in the order of training.
// "iteration" is always first; numbers that are not finite are null.
namespace owt::trainer {

struct TrainMetrics {
  int64_t iteration = 0, samples = 0, tokens = 0;
  std::optional<double> loss;       // mean of the interval; absent when all of it was skipped
  double learning_rate = 0;         // of the next iteration, as in the log
  std::optional<double> grad_norm;  // of the last iteration; absent when it was skipped
  double loss_scale = 1;
  int64_t skipped = 0, nan = 0;  // iterations of the interval
  double seconds_per_iteration = 0, tokens_per_second = 0;
  std::optional<double> flops_per_second, mfu;  // where they are measured
  int64_t memory_bytes = 0;  // the largest amount so far: of the device, else of the process
};

std::string MetricsLine(const TrainMetrics& metrics);

std::string ValidationMetricsLine(int64_t iteration, int64_t samples, int64_t tokens, double loss);

// How many bytes at the beginning stay when a run goes on after `iteration`: whole lines up to the
// first of a later iteration.
uint64_t KeptMetricsBytes(std::string_view file, int64_t iteration);

}  // namespace owt::trainer
