#pragma once

#include <cstdint>

#include "trainer/config.h"

namespace owt::trainer {

// The learning rate as a function of the samples trained on, as Megatron-LM's
// OptimizerParamScheduler has it: linear from 0 over the warm-up, so that the very first update
// runs at 0; then decay to the minimum at `decay_samples`, constant after it.
class Schedule {
 public:
  // The warm-up is a fraction of the decay, both in samples.
  explicit Schedule(const TrainConfig& config);

  double LearningRate(int64_t samples) const;

  int64_t warmup_samples() const { return warmup_samples_; }

  int64_t decay_samples() const { return decay_samples_; }

 private:
  DecayStyle style_;
  double max_, min_;
  int64_t warmup_samples_, decay_samples_;
};

}  // namespace owt::trainer
