#include "trainer/optim/loss_scale.h"

#include <algorithm>

namespace owt::trainer {
LossScale::LossScale(const TrainConfig& config)
    : dynamic_(config.precision == Precision::kFp16 && config.loss_scale == 0),
      constant_(config.precision == Precision::kFp16 ? config.loss_scale : 1),
      min_(config.min_loss_scale),
      window_(config.loss_scale_window),
      hysteresis_(config.hysteresis) {
  if (dynamic_) state_ = {config.initial_loss_scale, 0, config.hysteresis};
}

void LossScale::Update(bool overflow) {
  if (!dynamic_) return;
  if (overflow) {
    state_.clean = 0;
    if (state_.hysteresis > 0) --state_.hysteresis;
    if (state_.hysteresis == 0) state_.scale = std::max(state_.scale * 0.5, min_);
    return;
  }
  if (++state_.clean < window_) return;
  state_.clean = 0;
  state_.hysteresis = hysteresis_;
  state_.scale *= 2;
}

void LossScale::Restore(const State& state) {
  if (dynamic_ && state.scale > 0) state_ = state;
}

}  // namespace owt::trainer
