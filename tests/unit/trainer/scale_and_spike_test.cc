#include <gtest/gtest.h>

#include "pipeline/error.h"
#include "trainer/checkpoint/train_state.h"
#include "trainer/optim/loss_scale.h"
#include "trainer/optim/spike_guard.h"

namespace owt::trainer {
namespace {

TrainConfig Fp16() {
  TrainConfig config;
  config.precision = Precision::kFp16;
  config.initial_loss_scale = 1024;
  config.min_loss_scale = 128;
  config.loss_scale_window = 3;
  config.hysteresis = 2;
  return config;
}

TEST(LossScaleTest, HalvesAfterTheHysteresisAndDoublesAfterTheWindow) {
  LossScale scale(Fp16());
  EXPECT_EQ(scale.scale(), 1024);
  scale.Update(true);
  EXPECT_EQ(scale.scale(), 1024);
  scale.Update(true);
  EXPECT_EQ(scale.scale(), 512);
  scale.Update(true);  // no hysteresis is left
  EXPECT_EQ(scale.scale(), 256);
  for (int i = 0; i < 3; ++i) scale.Update(false);
  EXPECT_EQ(scale.scale(), 512);
  scale.Update(true);  // given back
  EXPECT_EQ(scale.scale(), 512);
  for (int i = 0; i < 10; ++i) scale.Update(true);
  EXPECT_EQ(scale.scale(), 128);
  EXPECT_FALSE(scale.can_shrink());
}

TEST(LossScaleTest, ConstantStaysAndOutsideOfFp16IsOne) {
  TrainConfig config = Fp16();
  config.loss_scale = 64;
  LossScale constant(config);
  constant.Update(true);
  constant.Restore({8, 1, 1});
  EXPECT_EQ(constant.scale(), 64);
  config.precision = Precision::kBf16;
  EXPECT_EQ(LossScale(config).scale(), 1);
  EXPECT_EQ(LossScale(config).state(), LossScale::State{});
}

TEST(SpikeGuardTest, SaysNothingBeforeTheWindowIsFull) {
  TrainConfig config;
  config.skip_loss_zscore = 3;
  SpikeGuard guard(config);
  for (size_t i = 0; i < kSpikeWindow; ++i) {
    EXPECT_FALSE(guard.IsSpike(1e9, 1e9));
    guard.Add(i % 2 == 0 ? 1.0 : 3.0, 1.0);  // mean 2, deviation 1
  }
  EXPECT_FALSE(guard.IsSpike(5.0, 1e9));  // exactly 3; norms are not looked at
  EXPECT_TRUE(guard.IsSpike(5.001, 1.0));
  EXPECT_FALSE(guard.IsSpike(-100, 1.0));
  // A new level is normal after a while.
  int spikes = 0;
  while (guard.IsSpike(8.0, 1.0)) {
    guard.Add(8.0, 1.0);
    ASSERT_LT(++spikes, 64);
  }
  EXPECT_GT(spikes, 0);
}

TEST(SpikeGuardTest, ZScore) {
  EXPECT_DOUBLE_EQ(ZScore({1, 3, 1, 3}, 4), 2.0);
  EXPECT_EQ(ZScore({2, 2, 2}, 7), 0.0);
}

TEST(TrainStateTest, ComesBackToTheBit) {
  TrainState state = {7, 56, 48, 8000, 6, 2, 1, 5, {4294967296.0, 5, 2}, {3, 1, 1, 0.1 + 0.2}, {}};
  for (size_t i = 0; i < kSpikeWindow; ++i) {
    state.spikes.losses.push_back(1.0 / static_cast<double>(i + 3));
    state.spikes.grad_norms.push_back(1e-300 * static_cast<double>(i));
  }
  EXPECT_EQ(StateFromMetadata(StateToMetadata(state), "x"), state);
  EXPECT_EQ(StateFromMetadata(StateToMetadata(TrainState{}), "x"), TrainState{});
}

TEST(TrainStateTest, ReadsWhatEarlierVersionsWroteAndRefusesTheRest) {
  formats::TensorMetadata metadata = {{"iteration", "5"},
                                      {"consumed_samples", "40"},
                                      {"scheduled_samples", "32"},
                                      {"total_samples", "800"},
                                      {"updates", "4"}};
  TrainState state;
  state.iteration = 5;
  state.consumed_samples = 40;
  state.scheduled_samples = 32;
  state.total_samples = 800;
  state.updates = 4;
  EXPECT_EQ(StateFromMetadata(metadata, "x"), state);
  for (const char* bad : {"", "-1", "1x", "1 2", "99999999999999999999"}) {
    metadata["updates"] = bad;
    EXPECT_THROW(StateFromMetadata(metadata, "x"), Error) << bad;
  }
  metadata["updates"] = "4";
  for (const char* bad : {"1 x", "nan", "inf 1", "1  2"}) {
    metadata["recent_losses"] = bad;
    EXPECT_THROW(StateFromMetadata(metadata, "x"), Error) << bad;
  }
  metadata.erase("recent_losses");
  metadata.erase("updates");
  EXPECT_THROW(StateFromMetadata(metadata, "x"), Error);
}

}  // namespace
}  // namespace owt::trainer
