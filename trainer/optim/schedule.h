#pragma once

#include <cstdint>

#include "trainer/config.h"

namespace owt::trainer {

// The learning rate as a function of the samples trained on, as Megatron-LM's
// OptimizerParamScheduler has it, to the bit: linear from its start (0, so that the very first
// update runs at 0) over the warm-up; then decay to the minimum at `decay_samples`, constant after
// it.
class Schedule {
 public:
  // REQUIRES: Validate(config).
  explicit Schedule(const TrainConfig& config);

  double LearningRate(int64_t samples) const;

  // A fraction of the decay need not be a whole number.
  double warmup_samples() const { return warmup_samples_; }

  int64_t decay_samples() const { return decay_samples_; }

 private:
  double ShareLeft(double samples) const;

  DecayStyle style_;
  WsdDecayStyle wsd_style_;
  double init_, max_, min_, warmup_samples_;
  int64_t decay_samples_, wsd_samples_;
};

}  // namespace owt::trainer
