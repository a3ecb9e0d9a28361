#include "trainer/optim/spike_guard.h"

#include <cmath>

namespace owt::trainer {
namespace {

bool StandsOut(const std::vector<double>& window, double value, double limit) {
  return limit > 0 && window.size() == kSpikeWindow && ZScore(window, value) > limit;
}

void Push(double value, std::vector<double>* window) {
  if (window->size() >= kSpikeWindow) window->erase(window->begin());
  window->push_back(value);
}

}  // namespace

double ZScore(const std::vector<double>& window, double value) {
  const auto count = static_cast<double>(window.size());
  double mean = 0, square = 0;
  for (const double x : window) mean += x / count;
  for (const double x : window) square += (x - mean) * (x - mean) / count;
  return square > 0 ? (value - mean) / std::sqrt(square) : 0.0;
}

SpikeGuard::SpikeGuard(const TrainConfig& config)
    : loss_zscore_(config.skip_loss_zscore), grad_norm_zscore_(config.skip_grad_norm_zscore) {}

bool SpikeGuard::IsSpike(double loss, double grad_norm) const {
  return StandsOut(state_.losses, loss, loss_zscore_) ||
         StandsOut(state_.grad_norms, grad_norm, grad_norm_zscore_);
}

void SpikeGuard::Add(double loss, double grad_norm) {
  if (!active()) return;
  Push(loss, &state_.losses);
  Push(grad_norm, &state_.grad_norms);
}

}  // namespace owt::trainer
