// Formats: Megatron-LM megatron/training.py, training_log and evaluate_and_print_results.
#include "trainer/log_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace owt::trainer {
namespace {

// Hours, minutes and seconds.
std::string ClockText(double seconds) {
  const auto whole = static_cast<int64_t>(std::clamp(std::round(seconds), 0.0, 1e15));
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

std::string TrainingLine(const IntervalLog& log) {
  std::string line = fmt::format(" iteration {:8d}/{:8d} |", log.iteration, log.iterations);
  line += fmt::format(" consumed samples: {:12d} |", log.consumed_samples);
  line += fmt::format(" elapsed time per iteration (ms): {:.1f} |", log.milliseconds_per_iteration);
  if (log.flops_per_second) {
    line +=
        fmt::format(" throughput per GPU (TFLOP/s/GPU): {:.1f} |", *log.flops_per_second / 1e12);
  }
  line += fmt::format(" learning rate: {:.3E} |", log.learning_rate);
  line += fmt::format(" global batch size: {:5d} |", log.global_batch);
  if (log.loss && *log.loss > 0) line += fmt::format(" lm loss: {:.6E} |", *log.loss);
  line += fmt::format(" loss scale: {:.1f} |", log.loss_scale);
  if (log.grad_norm) line += fmt::format(" grad norm: {:.3f} |", *log.grad_norm);
  line += fmt::format(" number of skipped iterations: {:3d} |", log.skipped);
  line += fmt::format(" number of nan iterations: {:3d} |", log.nan);
  if (log.tokens_per_second) line += fmt::format(" tokens/s: {:.0f} |", *log.tokens_per_second);
  if (log.mfu) line += fmt::format(" MFU: {:.1f}% |", *log.mfu * 100);
  if (log.seconds_left) line += fmt::format(" time left: {} |", ClockText(*log.seconds_left));
  return line;
}

std::string ValidationBlock(const std::string& what, double loss) {
  const std::string line =
      fmt::format(" validation loss at {} | lm loss value: {:.6E} | lm loss PPL: {:.6E} | ", what,
                  loss, std::exp(std::min(20.0, loss)));
  const std::string rule(line.size() + 1, '-');
  return rule + "\n" + line + "\n" + rule;
}

}  // namespace owt::trainer
