#include "trainer/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace owt::trainer {
namespace {

double WarmupSamples(const TrainConfig& config, int64_t decay_samples) {
  if (config.warmup_samples > 0) return static_cast<double>(config.warmup_samples);
  if (config.warmup_iterations > 0) {
    return static_cast<double>(config.warmup_iterations * config.global_batch);
  }
  return config.warmup_fraction * static_cast<double>(decay_samples);
}

double CosineLeft(double done) { return 0.5 * (std::cos(std::numbers::pi * done) + 1.0); }

}  // namespace

Schedule::Schedule(const TrainConfig& config)
    : style_(config.decay_style),
      wsd_style_(config.wsd_decay_style),
      init_(config.warmup_init),
      max_(config.learning_rate),
      min_(config.min_learning_rate),
      decay_samples_((config.decay_iterations > 0 ? config.decay_iterations : config.iterations) *
                     config.global_batch),
      wsd_samples_(config.wsd_decay_iterations * config.global_batch) {
  warmup_samples_ = WarmupSamples(config, decay_samples_);
}

double Schedule::LearningRate(int64_t samples) const {
  const auto now = static_cast<double>(samples);
  if (warmup_samples_ > 0 && now <= warmup_samples_) {
    return init_ + (max_ - init_) * now / warmup_samples_;
  }
  if (style_ == DecayStyle::kConstant) return max_;
  if (samples > decay_samples_) return min_;
  if (style_ == DecayStyle::kInverseSquareRoot) {
    // Python's ** is pow, which is not always sqrt in the last bit.
    return std::max(min_, max_ * std::pow(std::max(warmup_samples_, 1.0), 0.5) /
                              std::pow(std::max(now, 1.0), 0.5));
  }
  return min_ + ShareLeft(now) * (max_ - min_);
}

// Of the way from the minimum to the maximum.
double Schedule::ShareLeft(double samples) const {
  const auto decay = static_cast<double>(decay_samples_);
  if (style_ != DecayStyle::kWsd) {
    const double done = (samples - warmup_samples_) / (decay - warmup_samples_);
    return style_ == DecayStyle::kLinear ? 1.0 - done : CosineLeft(done);
  }
  const auto length = static_cast<double>(wsd_samples_);
  if (samples <= decay - length) return 1.0;
  const double done = (samples - (decay - length)) / length;
  switch (wsd_style_) {
    case WsdDecayStyle::kLinear:
      return 1.0 - done;
    case WsdDecayStyle::kCosine:
      return CosineLeft(done);
    case WsdDecayStyle::kMinusSqrt:
      return 1.0 - std::sqrt(done);
    case WsdDecayStyle::kExponential:
      break;
  }
  return 2.0 * std::pow(0.5, done) - 1.0;
}

}  // namespace owt::trainer
