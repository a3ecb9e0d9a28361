#pragma once

#include <cstdint>

#include "trainer/config.h"

namespace owt::trainer {

// What the loss is multiplied with, so that its gradients are within the range of fp16.
// Megatron-LM's DynamicGradScaler: an overflow uses up one of `hysteresis`, and from the last one
// on halves the scale; `window` steps without one in a row double it and give the hysteresis back.
// Constant 1 outside of fp16.
class LossScale {
 public:
  // Of a scale that follows the overflows; zeros for a constant one.
  struct State {
    double scale = 0;
    int64_t clean = 0;       // steps without overflow in a row
    int64_t hysteresis = 0;  // overflows until the scale shrinks

    bool operator==(const State&) const = default;
  };

  explicit LossScale(const TrainConfig& config);

  double scale() const { return dynamic_ ? state_.scale : constant_; }

  // Whether an overflow can still be answered by a smaller scale.
  bool can_shrink() const { return dynamic_ && state_.scale > min_; }

  // After each step.
  void Update(bool overflow);

  const State& state() const { return state_; }

  // Goes on with a checkpoint's, if that has one and this is not constant.
  void Restore(const State& state);

 private:
  bool dynamic_;
  double constant_, min_;
  int64_t window_, hysteresis_;
  State state_;
};

}  // namespace owt::trainer
