#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "trainer/model/autocast.h"
#include "trainer/model/gpt2.h"
#include "trainer/model/head_loss.h"
#include "trainer/model/init.h"

namespace owt::trainer {
namespace {

const ModelConfig kSmall = {3, 48, 4, 32, 384, 0.0};

// Largest difference, relative to the largest value of `expected`.
double Difference(const at::Tensor& actual, const at::Tensor& expected) {
  const double scale = expected.abs().max().item<double>();
  return (actual - expected).abs().max().item<double>() / std::max(scale, 1e-30);
}

at::Tensor Tokens(at::IntArrayRef shape) {
  at::Generator generator = at::detail::createCPUGenerator(5);
  return at::randint(0, kSmall.vocab, shape, generator, at::kLong);
}

TEST(Gpt2Test, HasAsManyParametersAsItsSizesSay) {
  const Gpt2 model(kSmall, at::kCPU);
  int64_t count = 0;
  for (const Parameter& parameter : model.parameters()) count += parameter.value.numel();
  EXPECT_EQ(count, CountParameters(kSmall));
  EXPECT_EQ(model.parameters().size(), 4U + 12 * 3);
}

TEST(Gpt2Test, StartsAtTheLossOfGuessing) {
  const Gpt2 model({2, 64, 2, 64, 50304, 0.0}, at::kCPU);
  InitParameters(model, 1);
  const at::NoGradGuard no_grad;
  const at::Tensor tokens = at::randint(0, 50257, {2, 65}, at::kLong);
  const double loss = model.Loss(tokens.narrow(1, 0, 64), tokens.narrow(1, 1, 64)).item<double>();
  EXPECT_NEAR(loss, std::log(50304.0), 0.1);
}

TEST(InitTest, SpreadOfEachKind) {
  const ModelConfig config = {8, 128, 4, 256, 1000, 0.0};
  const Gpt2 model(config, at::kCPU);
  InitParameters(model, 1234);
  for (const Parameter& parameter : model.parameters()) {
    const at::Tensor value = parameter.value.detach();
    if (value.dim() == 2) {
      const bool residual = parameter.name.find("c_proj") != std::string::npos;
      EXPECT_NEAR(value.std().item<double>(), residual ? 0.02 / 4 : 0.02, 0.0007) << parameter.name;
      EXPECT_NEAR(value.mean().item<double>(), 0, 0.001) << parameter.name;
    } else {
      const bool weight = parameter.name.ends_with(".weight");
      EXPECT_TRUE(at::equal(value, at::full_like(value, weight ? 1.0 : 0.0))) << parameter.name;
    }
  }
}

TEST(InitTest, TheSeedDecides) {
  const Gpt2 a(kSmall, at::kCPU), b(kSmall, at::kCPU);
  InitParameters(a, 1);
  InitParameters(b, 1);
  EXPECT_TRUE(at::equal(a.parameters()[0].value, b.parameters()[0].value));
  InitParameters(b, 2);
  EXPECT_FALSE(at::equal(a.parameters()[0].value, b.parameters()[0].value));
}

// The plain version: all logits, LibTorch's cross entropy, autograd through both.
TEST(HeadLossTest, EqualsCrossEntropyOfAllLogits) {
  const Gpt2 model(kSmall, at::kCPU);
  InitParameters(model, 3);
  // More rows than a block, and no multiple of it.
  const at::Tensor tokens = Tokens({17, 33});
  const at::Tensor inputs = tokens.narrow(1, 0, 32), targets = tokens.narrow(1, 1, 32);
  ASSERT_NE(17 * 32 % HeadRows(false), 0);
  const at::Tensor loss = model.Loss(inputs, targets);
  loss.backward();
  std::vector<at::Tensor> gradients;
  for (const Parameter& parameter : model.parameters()) {
    gradients.push_back(parameter.value.grad().clone());
    at::Tensor value = parameter.value;
    value.mutable_grad() = at::Tensor();
  }
  const at::Tensor logits = model.Logits(model.Hidden(inputs)).view({-1, kSmall.vocab});
  const at::Tensor plain = at::cross_entropy_loss(logits, targets.reshape({-1}));
  plain.backward();
  EXPECT_NEAR(loss.item<double>(), plain.item<double>(), 1e-6);
  for (size_t i = 0; i < gradients.size(); ++i) {
    EXPECT_LT(Difference(gradients[i], model.parameters()[i].value.grad()), 1e-5)
        << model.parameters()[i].name;
  }
  const at::NoGradGuard no_grad;
  EXPECT_NEAR(model.Loss(inputs, targets).item<double>(), plain.item<double>(), 1e-6);
}

TEST(HeadLossTest, TheScalarFromAboveScalesTheGradients) {
  const at::Tensor hidden = at::randn({10, 8}).requires_grad_(true);
  const at::Tensor weight = at::randn({20, 8}).requires_grad_(true);
  const at::Tensor targets = at::randint(0, 20, {10}, at::kLong);
  HeadLoss(hidden, weight, targets).mul(0.25).backward();
  const at::Tensor quarter = weight.grad().clone();
  at::Tensor handle = weight;
  handle.mutable_grad() = at::Tensor();
  HeadLoss(hidden, weight, targets).backward();
  EXPECT_LT(Difference(quarter * 4, weight.grad()), 1e-6);
}

// Changing a token must not change any prediction before it.
TEST(Gpt2Test, IsCausal) {
  const Gpt2 model(kSmall, at::kCPU);
  InitParameters(model, 3);
  const at::NoGradGuard no_grad;
  at::Tensor tokens = Tokens({1, 20});
  const at::Tensor before = model.Hidden(tokens).clone();
  tokens[0][12] = (tokens[0][12].item<int64_t>() + 1) % kSmall.vocab;
  const at::Tensor after = model.Hidden(tokens);
  EXPECT_LT(Difference(after.narrow(1, 0, 12), before.narrow(1, 0, 12)), 1e-6);
  EXPECT_GT(Difference(after.narrow(1, 12, 1), before.narrow(1, 12, 1)), 1e-3);
}

TEST(Gpt2Test, CachedKeysGiveTheSameHiddenStates) {
  const Gpt2 model(kSmall, at::kCPU);
  InitParameters(model, 3);
  const at::NoGradGuard no_grad;
  const at::Tensor tokens = Tokens({2, 32});
  const at::Tensor whole = model.Hidden(tokens);
  KvCache cache;
  EXPECT_LT(Difference(model.Hidden(tokens.narrow(1, 0, 9), &cache), whole.narrow(1, 0, 9)), 1e-5);
  for (int64_t i = 9; i < 32; ++i) {
    EXPECT_EQ(cache.length(), i);
    const at::Tensor one = model.Hidden(tokens.narrow(1, i, 1), &cache);
    EXPECT_LT(Difference(one, whole.narrow(1, i, 1)), 1e-5) << i;
  }
}

TEST(AutocastTest, Bf16IsCloseAndSwitchesBack) {
  const Gpt2 model(kSmall, at::kCPU);
  InitParameters(model, 3);
  const at::Tensor tokens = Tokens({2, 33});
  const at::Tensor inputs = tokens.narrow(1, 0, 32), targets = tokens.narrow(1, 1, 32);
  const double exact = model.Loss(inputs, targets).item<double>();
  at::Tensor loss;
  {
    const Autocast autocast(Precision::kBf16, c10::kCPU);
    loss = model.Loss(inputs, targets);
  }
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_NEAR(loss.item<double>(), exact, 0.02);
  EXPECT_NE(loss.item<double>(), exact);
  loss.backward();
  for (const Parameter& parameter : model.parameters()) {
    EXPECT_EQ(parameter.value.grad().scalar_type(), at::kFloat);
  }
  EXPECT_EQ(model.Loss(inputs, targets).item<double>(), exact);
}

TEST(Gpt2Test, DropoutActsInTrainingOnly) {
  ModelConfig config = kSmall;
  config.dropout = 0.5;
  const Gpt2 model(config, at::kCPU);
  InitParameters(model, 3);
  const at::Tensor tokens = Tokens({2, 16});
  EXPECT_GT(Difference(model.Hidden(tokens), model.Hidden(tokens)), 0.01);
  const at::NoGradGuard no_grad;
  EXPECT_EQ(Difference(model.Hidden(tokens), model.Hidden(tokens)), 0);
}

}  // namespace
}  // namespace owt::trainer
