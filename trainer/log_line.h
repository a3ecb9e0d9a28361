#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace owt::trainer {

// What one log interval gathered.
struct IntervalLog {
  int64_t iteration = 0, iterations = 0, consumed_samples = 0;
  double milliseconds_per_iteration = 0;
  std::optional<double> flops_per_second;  // in the line that Megatron-LM has since 2025
  double learning_rate = 0;
  int64_t global_batch = 0;
  std::optional<double> loss;  // mean of the iterations that were not skipped
  double loss_scale = 1;
  std::optional<double> grad_norm;
  int64_t skipped = 0, nan = 0;
  // Behind what Megatron-LM prints.
  std::optional<double> tokens_per_second;
  std::optional<double> mfu;           // share of the measured peak
  std::optional<double> seconds_left;  // of the run
};

// The training line of Megatron-LM (2023), character for character, so that its log parsers work.
// What is ours stands behind it.
std::string TrainingLine(const IntervalLog& log);

// Its validation line between two rules. `what` is "iteration 100" or "the end of training for val
// data". Perplexity is exp(min(20, loss)).
std::string ValidationBlock(const std::string& what, double loss);

}  // namespace owt::trainer
