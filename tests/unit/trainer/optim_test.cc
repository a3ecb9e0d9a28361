#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "trainer/optim/adamw.h"
#include "trainer/optim/clip.h"

namespace owt::trainer {
namespace {

std::vector<Parameter> TwoParameters() {
  at::manual_seed(11);
  return {{"matrix", at::randn({7, 5}).requires_grad_(true)},
          {"vector", at::randn({9}).requires_grad_(true)}};
}

void SetGradient(const Parameter& parameter, const at::Tensor& gradient) {
  at::Tensor value = parameter.value;
  value.mutable_grad() = gradient;
}

// Loshchilov & Hutter, algorithm 2, one number at a time in double.
struct SlowAdamW {
  double value, mean = 0, square = 0;

  void Step(const TrainConfig& c, double gradient, double rate, double decay, int t) {
    mean = c.beta1 * mean + (1 - c.beta1) * gradient;
    square = c.beta2 * square + (1 - c.beta2) * gradient * gradient;
    const double mean_hat = mean / (1 - std::pow(c.beta1, t));
    const double square_hat = square / (1 - std::pow(c.beta2, t));
    value -= rate * (mean_hat / (std::sqrt(square_hat) + c.epsilon) + decay * value);
  }
};

TEST(AdamWTest, EqualsTheSlowVersion) {
  TrainConfig config;
  config.weight_decay = 0.1;
  const std::vector<Parameter> parameters = TwoParameters();
  AdamW optimizer(parameters, config);
  std::vector<std::vector<SlowAdamW>> slow;
  for (const Parameter& parameter : parameters) {
    std::vector<SlowAdamW> numbers;
    const at::Tensor flat = parameter.value.detach().flatten();
    for (int64_t i = 0; i < flat.numel(); ++i) numbers.push_back({flat[i].item<double>()});
    slow.push_back(std::move(numbers));
  }
  for (int t = 1; t <= 25; ++t) {
    const double rate = 0.01 / t;
    for (size_t p = 0; p < parameters.size(); ++p) {
      const at::Tensor gradient = at::randn(parameters[p].value.sizes());
      SetGradient(parameters[p], gradient);
      const at::Tensor flat = gradient.flatten();
      // Only the matrix decays.
      for (size_t i = 0; i < slow[p].size(); ++i) {
        slow[p][i].Step(config, flat[static_cast<int64_t>(i)].item<double>(), rate,
                        p == 0 ? 0.1 : 0.0, t);
      }
    }
    optimizer.Step(rate);
  }
  EXPECT_EQ(optimizer.steps(), 25);
  for (size_t p = 0; p < parameters.size(); ++p) {
    const at::Tensor flat = parameters[p].value.detach().flatten();
    for (size_t i = 0; i < slow[p].size(); ++i) {
      EXPECT_NEAR(flat[static_cast<int64_t>(i)].item<double>(), slow[p][i].value, 2e-6);
    }
  }
}

TEST(ClipTest, NormAndFactor) {
  const std::vector<Parameter> parameters = TwoParameters();
  SetGradient(parameters[0], at::full({7, 5}, 3.0));
  SetGradient(parameters[1], at::full({9}, -4.0));
  const double norm = std::sqrt(35 * 9.0 + 9 * 16.0);
  EXPECT_NEAR(GradientNorm(parameters), norm, 1e-5);
  ClipGradients(parameters, norm, 100.0);
  EXPECT_EQ(parameters[1].value.grad()[0].item<double>(), -4.0);
  ClipGradients(parameters, norm, 1.0);
  EXPECT_NEAR(parameters[1].value.grad()[0].item<double>(), -4.0 / (norm + 1e-6), 1e-6);
  EXPECT_NEAR(GradientNorm(parameters), 1.0, 1e-5);
}

TEST(ClipTest, SeesWhatIsNotFinite) {
  const std::vector<Parameter> parameters = TwoParameters();
  SetGradient(parameters[0], at::zeros({7, 5}));
  SetGradient(parameters[1], at::full({9}, NAN));
  EXPECT_FALSE(std::isfinite(GradientNorm(parameters)));
}

}  // namespace
}  // namespace owt::trainer
