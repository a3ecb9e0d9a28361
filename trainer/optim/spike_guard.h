#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "trainer/config.h"

namespace owt::trainer {

inline constexpr size_t kSpikeWindow = 128;

// Finds steps that stand out from those before them: a loss, or a norm of gradients, more than so
// many standard deviations above the mean of the last kSpikeWindow (llm.c's outlier detector). Says
// nothing until it has seen as many. A spike counts among the values after it, so that a level that
// has really changed is one no more.
class SpikeGuard {
 public:
  // The values, oldest first.
  struct State {
    std::vector<double> losses, grad_norms;

    bool operator==(const State&) const = default;
  };

  explicit SpikeGuard(const TrainConfig& config);

  // Whether there is anything to find.
  bool active() const { return loss_zscore_ > 0 || grad_norm_zscore_ > 0; }

  bool IsSpike(double loss, double grad_norm) const;

  // After each step whose values are finite.
  void Add(double loss, double grad_norm);

  const State& state() const { return state_; }

  void Restore(State state) { state_ = std::move(state); }

 private:
  double loss_zscore_, grad_norm_zscore_;
  State state_;
};

// How many standard deviations `value` is above the mean of `window`; 0 where all are equal.
double ZScore(const std::vector<double>& window, double value);

}  // namespace owt::trainer
