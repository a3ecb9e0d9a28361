#include "trainer/optim/schedule.h"

#include <cmath>
#include <numbers>

namespace owt::trainer {

Schedule::Schedule(const TrainConfig& config)
    : style_(config.decay_style),
      max_(config.learning_rate),
      min_(config.min_learning_rate),
      decay_samples_((config.decay_iterations > 0 ? config.decay_iterations : config.iterations) *
                     config.global_batch) {
  warmup_samples_ =
      static_cast<int64_t>(config.warmup_fraction * static_cast<double>(decay_samples_));
}

double Schedule::LearningRate(int64_t samples) const {
  if (warmup_samples_ > 0 && samples <= warmup_samples_) {
    return max_ * static_cast<double>(samples) / static_cast<double>(warmup_samples_);
  }
  if (style_ == DecayStyle::kConstant) return max_;
  if (samples > decay_samples_) return min_;
  const double done = static_cast<double>(samples - warmup_samples_) /
                      static_cast<double>(decay_samples_ - warmup_samples_);
  const double left =
      style_ == DecayStyle::kLinear ? 1.0 - done : 0.5 * (std::cos(std::numbers::pi * done) + 1.0);
  return min_ + left * (max_ - min_);
}

}  // namespace owt::trainer
