// Built with CUDA only; skipped where there is no GPU.
#include "trainer/device_step.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/scratch_folder.h"
#include "tests/unit/trainer/small_dataset.h"
#include "trainer/data/train_data.h"
#include "trainer/model/init.h"
#include "trainer/optim/clip.h"

namespace owt::trainer {
namespace {

#define NEEDS_GPU() \
  if (!at::hasCUDA()) GTEST_SKIP() << "no GPU here"

std::vector<Parameter> SomeParameters(at::Device device) {
  at::manual_seed(11);
  std::vector<Parameter> parameters;
  // Sizes with and without a rest, of one chunk and of several.
  for (const std::vector<int64_t>& shape :
       {std::vector<int64_t>{7, 5}, {9}, {kUpdateChunk}, {3, kUpdateChunk + 2}, {1}}) {
    const at::Tensor value = at::randn(shape).to(device).requires_grad_(true);
    at::Tensor handle = value;
    handle.mutable_grad() = at::zeros_like(value);
    parameters.push_back({"p" + std::to_string(parameters.size()), value});
  }
  return parameters;
}

void FillGradients(const std::vector<Parameter>& parameters, int step) {
  at::manual_seed(step);
  for (const Parameter& parameter : parameters) {
    at::Tensor gradient = parameter.value.grad();
    gradient.copy_(at::randn(gradient.sizes()));
  }
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kCPU, at::kFloat) - b.to(at::kCPU, at::kFloat)).abs().max().item<double>();
}

TEST(DeviceUpdateTest, EqualsClippingAndAdamW) {
  NEEDS_GPU();
  TrainConfig config;
  const std::vector<Parameter> host = SomeParameters(at::kCPU), device = SomeParameters(at::kCUDA);
  std::vector<at::Tensor> copies;
  for (const Parameter& p : device) copies.push_back(p.value.detach().to(at::kBFloat16));
  AdamW slow(host, config), state(device, config);
  DeviceUpdate update(device, copies, config, &state);
  const at::Tensor loss = at::full({}, 3.5).to(at::kCUDA);
  for (int step = 0; step < 25; ++step) {
    FillGradients(host, step);
    FillGradients(device, step);
    const double norm = GradientNorm(host);
    ClipGradients(host, norm, config.clip_grad);
    slow.Step(0.01);
    update.SendInput(0.01);
    update.Launch(loss);
    const UpdateResult result = update.ReceiveResult();
    EXPECT_NEAR(result.norm, norm, 1e-5 * norm);
    EXPECT_EQ(result.loss, 3.5f);
    EXPECT_EQ(result.skip, 0);
  }
  EXPECT_EQ(state.steps(), 25);
  for (size_t i = 0; i < host.size(); ++i) {
    EXPECT_LT(LargestDifference(device[i].value.detach(), host[i].value.detach()), 5e-6);
    EXPECT_LT(LargestDifference(state.mean()[i], slow.mean()[i]), 1e-6);
    EXPECT_LT(LargestDifference(state.square()[i], slow.square()[i]), 1e-6);
    EXPECT_TRUE(at::equal(copies[i], device[i].value.detach().to(at::kBFloat16)));
  }
}

TEST(DeviceUpdateTest, WhatIsNotFiniteChangesNothing) {
  NEEDS_GPU();
  const std::vector<Parameter> parameters = SomeParameters(at::kCUDA);
  AdamW state(parameters, TrainConfig{});
  DeviceUpdate update(parameters, {}, TrainConfig{}, &state);
  FillGradients(parameters, 1);
  const at::Tensor before = parameters[3].value.detach().clone();
  const auto run = [&](double loss) {
    update.SendInput(0.01);
    update.Launch(at::full({}, loss).to(at::kCUDA));
    return update.ReceiveResult().skip;
  };
  EXPECT_NE(run(NAN), 0);
  parameters[4].value.grad().fill_(INFINITY);
  EXPECT_NE(run(1.0), 0);
  EXPECT_EQ(state.steps(), 0);
  EXPECT_TRUE(at::equal(before, parameters[3].value.detach()));
}

// Beside the step by autograd; the first calls are plain, the later ones replay graphs.
TEST(DeviceStepTest, EqualsTheStepByAutograd) {
  NEEDS_GPU();
  const tests::ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config;
  config.model = {2, 64, 2, 16, 128, 0.0};
  config.data = {scratch.File("data")};
  config.sequence_length = 16;
  config.micro_batch = 4;
  config.global_batch = 12;
  config.iterations = 10;
  const TrainData data(config, [](std::string_view) {});
  const Gpt2 one(config.model, at::kCUDA), two(config.model, at::kCUDA);
  InitParameters(one, 1);
  InitParameters(two, 1);
  AdamW first(one.parameters(), config), second(two.parameters(), config);
  DeviceStep step(config, one, &first);
  for (int64_t i = 0; i < 10; ++i) {
    const StepResult actual = step.Run(data.train(), i * 12, 1e-3);
    const StepResult expected =
        TrainStep(config, data.train(), {i * 12, 1e-3, 1, {}}, two, &second);
    EXPECT_NEAR(actual.loss, expected.loss, 2e-4) << i;
    EXPECT_NEAR(actual.grad_norm, expected.grad_norm, 2e-3) << i;
    EXPECT_FALSE(actual.skipped);
  }
  EXPECT_EQ(first.steps(), 10);
}

}  // namespace
}  // namespace owt::trainer
