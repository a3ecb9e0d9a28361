#include "trainer/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/error.h"

namespace owt::trainer {
namespace {

// The example that Megatron-LM ships for 345M: 320,000 of 500,000 iterations of 8 samples.
TrainConfig Megatron345M() {
  TrainConfig config;
  config.iterations = 500000;
  config.decay_iterations = 320000;
  config.global_batch = 8;
  config.learning_rate = 1.5e-4;
  config.min_learning_rate = 1e-5;
  config.warmup_fraction = 0.01;
  return config;
}

// Values of Megatron-LM's OptimizerParamScheduler.get_lr, worked out by hand from its formula.
TEST(ScheduleTest, CosineAsMegatron) {
  const Schedule schedule(Megatron345M());
  EXPECT_EQ(schedule.warmup_samples(), 25600);
  EXPECT_EQ(schedule.decay_samples(), 2560000);
  EXPECT_DOUBLE_EQ(schedule.LearningRate(0), 0.0);
  EXPECT_DOUBLE_EQ(schedule.LearningRate(12800), 0.75e-4);
  EXPECT_DOUBLE_EQ(schedule.LearningRate(25600), 1.5e-4);
  // Half of the decay: cos(pi/2) = 0, the middle between the two rates.
  EXPECT_NEAR(schedule.LearningRate((25600 + 2560000) / 2), 8e-5, 1e-15);
  // A third: cos(pi/3) = 1/2, three quarters of the way up.
  EXPECT_NEAR(schedule.LearningRate(25600 + 844800), 1e-5 + 0.75 * 1.4e-4, 1e-15);
  EXPECT_NEAR(schedule.LearningRate(2560000), 1e-5, 1e-15);
  EXPECT_DOUBLE_EQ(schedule.LearningRate(2560001), 1e-5);
  EXPECT_DOUBLE_EQ(schedule.LearningRate(4000000), 1e-5);
}

TEST(ScheduleTest, LinearAndConstant) {
  TrainConfig config = Megatron345M();
  config.decay_style = DecayStyle::kLinear;
  EXPECT_NEAR(Schedule(config).LearningRate((25600 + 2560000) / 2), 8e-5, 1e-15);
  EXPECT_NEAR(Schedule(config).LearningRate(25600 + 844800), 1e-5 + 2.0 / 3 * 1.4e-4, 1e-15);
  config.decay_style = DecayStyle::kConstant;
  EXPECT_DOUBLE_EQ(Schedule(config).LearningRate(12800), 0.75e-4);
  EXPECT_DOUBLE_EQ(Schedule(config).LearningRate(4000000), 1.5e-4);
}

TEST(ScheduleTest, WarmupByIterationsOrSamplesAndFromAStart) {
  TrainConfig config = Megatron345M();
  config.warmup_iterations = 100;
  EXPECT_EQ(Schedule(config).warmup_samples(), 800);
  config.warmup_iterations = 0;
  config.warmup_samples = 1000;
  config.warmup_init = 5e-5;
  EXPECT_DOUBLE_EQ(Schedule(config).LearningRate(0), 5e-5);
  EXPECT_DOUBLE_EQ(Schedule(config).LearningRate(500), 1e-4);
  EXPECT_DOUBLE_EQ(Schedule(config).LearningRate(1000), 1.5e-4);
}

TEST(ScheduleTest, WsdStaysAndFallsAtTheEnd) {
  TrainConfig config = Megatron345M();
  config.decay_style = DecayStyle::kWsd;
  config.wsd_decay_iterations = 20000;
  const int64_t end = 2560000, start = end - 160000;
  const auto middle = [&](WsdDecayStyle style) {
    config.wsd_decay_style = style;
    const Schedule schedule(config);
    EXPECT_DOUBLE_EQ(schedule.LearningRate(30000), 1.5e-4);
    EXPECT_DOUBLE_EQ(schedule.LearningRate(start), 1.5e-4);
    EXPECT_NEAR(schedule.LearningRate(end), 1e-5, 1e-15);
    return (schedule.LearningRate(start + 40000) - 1e-5) / 1.4e-4;  // after a quarter
  };
  EXPECT_NEAR(middle(WsdDecayStyle::kLinear), 0.75, 1e-12);
  EXPECT_NEAR(middle(WsdDecayStyle::kMinusSqrt), 0.5, 1e-12);
  EXPECT_NEAR(middle(WsdDecayStyle::kCosine), 0.5 + std::sqrt(0.5) / 2, 1e-12);
  EXPECT_NEAR(middle(WsdDecayStyle::kExponential), 2 * std::pow(0.5, 0.25) - 1, 1e-12);
}

TEST(ScheduleTest, NoWarmupStartsAtTheTop) {
  TrainConfig config = Megatron345M();
  config.warmup_fraction = 0;
  EXPECT_DOUBLE_EQ(Schedule(config).LearningRate(0), 1.5e-4);
}

TEST(ConfigTest, ParameterCountsOfThePublishedModels) {
  const auto count = [](int64_t layers, int64_t hidden, int64_t vocab) {
    return CountParameters({layers, hidden, hidden / 64, 1024, vocab, 0});
  };
  EXPECT_EQ(count(12, 768, 50304), 124475904);
  EXPECT_EQ(count(12, 768, 50257), 124439808);  // Hugging Face's gpt2
  EXPECT_EQ(count(24, 1024, 50304), 354871296);
  EXPECT_EQ(count(36, 1280, 50304), 774090240);
  EXPECT_EQ(count(48, 1600, 50304), 1557686400);
}

TEST(ConfigTest, FlopsPerToken) {
  // 6 (12 x 12 x 768^2 + 50304 x 768) + 12 x 12 x 768 x 1024
  EXPECT_EQ(FlopsPerToken({12, 768, 12, 1024, 50304, 0}, 1024), 854654976);
}

TEST(ConfigTest, PaddedVocab) {
  EXPECT_EQ(PaddedVocab(50257), 50304);
  EXPECT_EQ(PaddedVocab(50304), 50304);
  EXPECT_EQ(PaddedVocab(50257, 1024), 51200);
}

std::string Refusal(const TrainConfig& config) {
  try {
    Validate(config);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kUsage ? error.message() : "another kind";
  }
  return "";
}

TEST(ConfigTest, RefusesWhatDoesNotFit) {
  TrainConfig config;
  EXPECT_EQ(Refusal(config), "");
  config.model.heads = 7;
  EXPECT_EQ(Refusal(config), "--hidden-size 768 is no multiple of --num-attention-heads 7");
  config = {};
  config.global_batch = 6;
  EXPECT_EQ(Refusal(config), "--global-batch-size 6 is no multiple of --micro-batch-size 4");
  config = {};
  config.sequence_length = 1025;
  EXPECT_EQ(Refusal(config), "--seq-length is 1025; it takes 1 to 1024");
  config = {};
  config.min_learning_rate = 1;
  EXPECT_NE(Refusal(config), "");
  config = {};
  config.model.hidden = int64_t{1} << 60;
  EXPECT_NE(Refusal(config), "");
  config = {};
  config.warmup_iterations = 1000;
  EXPECT_EQ(Refusal(config),
            "the warm-up is no shorter than the decay, which takes 1000 iterations of 8 samples");
  config.warmup_iterations = config.warmup_samples = 10;
  EXPECT_NE(Refusal(config), "");
  config = {};
  config.decay_style = DecayStyle::kWsd;
  EXPECT_EQ(Refusal(config),
            "--lr-decay-style WSD needs --lr-wsd-decay-iters from 1 to 1000, the length of the "
            "decay");
  config.wsd_decay_iterations = 1000;
  EXPECT_EQ(Refusal(config), "");
  config.documents = {false, false, true, 60000};
  EXPECT_EQ(Refusal(config), "--eod-token 60000 is outside the vocabulary of 50304 ids");
  config = {};
  config.min_loss_scale = 1e20;
  EXPECT_NE(Refusal(config), "");
}

}  // namespace
}  // namespace owt::trainer
