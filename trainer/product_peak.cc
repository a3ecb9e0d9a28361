#include "trainer/product_peak.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace owt::trainer {
namespace {

constexpr double kSeconds = 0.3;

at::ScalarType TypeOf(Precision precision) {
  return precision == Precision::kBf16   ? at::kBFloat16
         : precision == Precision::kFp16 ? at::kHalf
                                         : at::kFloat;
}

}  // namespace

int64_t PeakProductSize(c10::Device device) { return device.is_cuda() ? 8192 : 1024; }

double MeasureProductPeak(c10::Device device, Precision precision) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](Clock::duration time) {
    return std::chrono::duration<double>(time).count();
  };
  const at::NoGradGuard no_grad;
  const int64_t n = PeakProductSize(device);
  // Numbers of all sizes: a GPU is faster with zeros.
  const at::Tensor a = at::arange(n * n, at::dtype(at::kFloat).device(device))
                           .sin_()
                           .view({n, n})
                           .to(TypeOf(precision));
  double best = INFINITY;
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < 3 || seconds(Clock::now() - start) < kSeconds; ++i) {
    const Clock::time_point before = Clock::now();
    at::mm(a, a).select(0, 0).select(0, 0).item();  // waits for the device
    best = std::min(best, seconds(Clock::now() - before));
  }
  return 2 * std::pow(static_cast<double>(n), 3) / best;
}

}  // namespace owt::trainer
