#pragma once

namespace owt::trainer {

// What an optimizer step found.
struct StepResult {
  double loss = 0;       // mean over the predicted tokens of the global batch
  double grad_norm = 0;  // before clipping
  // Nothing was changed, since loss or gradients were not finite (overflow), or stood out (spike).
  bool skipped = false;
  bool spike = false;
};

}  // namespace owt::trainer
