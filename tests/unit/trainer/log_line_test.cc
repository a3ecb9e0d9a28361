#include "trainer/log_line.h"

#include <gtest/gtest.h>

namespace owt::trainer {
namespace {

IntervalLog Example() {
  IntervalLog log;
  log.iteration = 100;
  log.iterations = 500000;
  log.consumed_samples = 800;
  log.milliseconds_per_iteration = 612.34;
  log.learning_rate = 3.75e-6;
  log.global_batch = 8;
  log.loss = 9.5123456;
  log.grad_norm = 2.34567;
  return log;
}

TEST(LogLineTest, AsMegatronPrintsIt) {
  EXPECT_EQ(TrainingLine(Example()),
            " iteration      100/  500000 | consumed samples:          800 |"
            " elapsed time per iteration (ms): 612.3 | learning rate: 3.750E-06 |"
            " global batch size:     8 | lm loss: 9.512346E+00 | loss scale: 1.0 |"
            " grad norm: 2.346 | number of skipped iterations:   0 |"
            " number of nan iterations:   0 |");
}

TEST(LogLineTest, LeavesOutWhatIsNotThere) {
  IntervalLog log = Example();
  log.loss.reset();
  log.grad_norm.reset();
  log.skipped = 10;
  log.nan = 2;
  EXPECT_EQ(TrainingLine(log),
            " iteration      100/  500000 | consumed samples:          800 |"
            " elapsed time per iteration (ms): 612.3 | learning rate: 3.750E-06 |"
            " global batch size:     8 | loss scale: 1.0 |"
            " number of skipped iterations:  10 | number of nan iterations:   2 |");
}

TEST(LogLineTest, OursStandsBehindMegatrons) {
  IntervalLog log = Example();
  const std::string megatron = TrainingLine(log);
  log.tokens_per_second = 2034.4;
  log.seconds_left = 7384.6;
  EXPECT_EQ(TrainingLine(log), megatron + " tokens/s: 2034 | time left: 2:03:05 |");
  log.loss_scale = 65536;
  EXPECT_NE(TrainingLine(log).find(" loss scale: 65536.0 |"), std::string::npos);
}

TEST(LogLineTest, ThroughputIsWhereMegatronHasIt) {
  IntervalLog log = Example();
  log.flops_per_second = 437.26e12;
  log.mfu = 0.5482;
  const std::string line = TrainingLine(log);
  EXPECT_NE(line.find(" elapsed time per iteration (ms): 612.3 |"
                      " throughput per GPU (TFLOP/s/GPU): 437.3 | learning rate: "),
            std::string::npos);
  EXPECT_TRUE(line.ends_with(" number of nan iterations:   0 | MFU: 54.8% |"));
}

TEST(LogLineTest, Validation) {
  const std::string line =
      " validation loss at iteration 1000 | lm loss value: 3.000000E+00 |"
      " lm loss PPL: 2.008554E+01 | ";
  const std::string rule(line.size() + 1, '-');
  EXPECT_EQ(ValidationBlock("iteration 1000", 3.0), rule + "\n" + line + "\n" + rule);
  // Perplexity is capped at exp(20).
  EXPECT_NE(ValidationBlock("x", 700.0).find("PPL: 4.851652E+08"), std::string::npos);
}

}  // namespace
}  // namespace owt::trainer
