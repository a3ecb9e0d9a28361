#include "trainer/model/backprop.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "trainer/model/init.h"

namespace owt::trainer {
namespace {

// More rows than the output layer takes at a time, with tokens that come often.
struct Sample {
  at::Tensor inputs_BT, targets_BT;
};

Sample MakeSample(int64_t vocab, at::Device device) {
  at::Generator generator = at::detail::createCPUGenerator(5);
  const at::Tensor tokens =
      at::randint(0, vocab * vocab, {9, 33}, generator, at::kLong).to(at::kDouble).sqrt().floor();
  const at::Tensor there = tokens.to(at::kLong).to(device);
  return {there.narrow(1, 0, 32), there.narrow(1, 1, 32)};
}

// Biases and LayerNorms start at 0 and 1, which would hide mistakes.
void Shake(const Gpt2& model) {
  const at::NoGradGuard no_grad;
  at::Generator generator = at::detail::createCPUGenerator(7);
  for (const Parameter& parameter : model.parameters()) {
    at::Tensor value = parameter.value;
    const at::Tensor noise = at::empty(value.sizes(), at::kFloat).normal_(0, 0.1, generator);
    value.add_(noise.to(value.device()));
  }
}

const ModelConfig kModel = {3, 48, 2, 32, 72, 0.0};

double Relative(const at::Tensor& actual, const at::Tensor& expected) {
  const double scale = expected.norm().item<double>();
  return (actual - expected).norm().item<double>() / std::max(scale, 1e-30);
}

struct Expected {
  double loss = 0;
  std::vector<at::Tensor> gradients;
};

// By autograd, in fp32 on the CPU.
Expected Autograd(const Gpt2& model) {
  const Sample sample = MakeSample(kModel.vocab, at::kCPU);
  const at::Tensor loss = model.Loss(sample.inputs_BT, sample.targets_BT);
  loss.backward();
  Expected expected{loss.item<double>(), {}};
  for (const Parameter& parameter : model.parameters()) {
    expected.gradients.push_back(parameter.value.grad().clone());
  }
  return expected;
}

void ExpectEqualGradients(const Gpt2& model, const Expected& expected, double bound) {
  for (size_t i = 0; i < expected.gradients.size(); ++i) {
    const Parameter& parameter = model.parameters()[i];
    EXPECT_LT(Relative(parameter.value.grad().to(at::kCPU), expected.gradients[i]), bound)
        << parameter.name;
  }
}

void CompareWithAutograd(at::Device device, Precision precision, double loss_bound, double bound) {
  const Gpt2 oracle(kModel, at::kCPU), model(kModel, device);
  InitParameters(oracle, 3);
  InitParameters(model, 3);
  Shake(oracle);
  Shake(model);
  const Expected expected = Autograd(oracle);
  Backprop backprop(model, precision);
  const Sample sample = MakeSample(kModel.vocab, device);
  at::Tensor loss = backprop.Run(sample.inputs_BT, sample.targets_BT, 1.0, false);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  EXPECT_NEAR(loss.item<double>(), expected.loss, loss_bound);
  ExpectEqualGradients(model, expected, bound);
  // In three parts, of which the first replaces what is there.
  for (const int64_t part : {0, 1, 2}) {
    loss = backprop.Run(sample.inputs_BT.narrow(0, 3 * part, 3),
                        sample.targets_BT.narrow(0, 3 * part, 3), 1.0 / 3, part > 0);
  }
  EXPECT_NEAR(loss.item<double>() * 3, expected.loss, 0.2 * expected.loss);
  ExpectEqualGradients(model, expected, bound);
}

TEST(BackpropTest, EqualsAutograd) { CompareWithAutograd(at::kCPU, Precision::kFp32, 1e-6, 1e-5); }

TEST(BackpropTest, InBf16ItIsClose) { CompareWithAutograd(at::kCPU, Precision::kBf16, 5e-2, 4e-2); }

TEST(BackpropTest, EqualsAutogradOnTheGpu) {
  if (!at::hasCUDA()) GTEST_SKIP() << "no GPU here";
  CompareWithAutograd(at::kCUDA, Precision::kFp32, 1e-5, 1e-5);
  CompareWithAutograd(at::kCUDA, Precision::kBf16, 5e-2, 4e-2);
}

// What is computed again is computed in the same way.
TEST(BackpropTest, RecomputingChangesNothing) {
  const Sample sample = MakeSample(kModel.vocab, at::kCPU);
  std::vector<at::Tensor> plain;
  for (const Recompute recompute : {Recompute::kNone, Recompute::kSelective, Recompute::kFull}) {
    const Gpt2 model(kModel, at::kCPU);
    InitParameters(model, 3);
    Shake(model);
    Backprop backprop(model, Precision::kFp32, recompute);
    backprop.Run(sample.inputs_BT, sample.targets_BT, 1.0, false);
    for (size_t i = 0; i < model.parameters().size(); ++i) {
      const at::Tensor gradient = model.parameters()[i].value.grad();
      if (recompute == Recompute::kNone) {
        plain.push_back(gradient);
      } else {
        EXPECT_TRUE(at::equal(gradient, plain[i])) << model.parameters()[i].name;
      }
    }
  }
}

TEST(BackpropTest, CopiesFollowTheParameters) {
  const Gpt2 model(kModel, at::kCPU);
  InitParameters(model, 3);
  Backprop backprop(model, Precision::kBf16);
  const Sample sample = MakeSample(kModel.vocab, at::kCPU);
  const auto loss = [&] {
    return backprop.Run(sample.inputs_BT, sample.targets_BT, 1.0, false).item<double>();
  };
  const double before = loss();
  Shake(model);
  backprop.CopyWeights();
  EXPECT_EQ(backprop.copies().size(), model.parameters().size());
  EXPECT_NE(loss(), before);
}

TEST(BackpropTest, SaysWhichModelsItTakes) {
  EXPECT_TRUE(Backprop::Takes(kModel));
  EXPECT_TRUE(Backprop::Takes({48, 1600, 25, 1024, 50304, 0.0}));
  EXPECT_FALSE(Backprop::Takes({1, 64, 4, 32, 72, 0.1}));     // dropout
  EXPECT_FALSE(Backprop::Takes({1, 36, 3, 32, 72, 0.0}));     // heads of 12
  EXPECT_FALSE(Backprop::Takes({1, 8192, 64, 32, 72, 0.0}));  // too wide
}

}  // namespace
}  // namespace owt::trainer
