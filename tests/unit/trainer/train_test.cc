#include "trainer/train.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <regex>

#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"
#include "tests/unit/trainer/small_dataset.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/evaluate/evaluate.h"
#include "trainer/generate/decode.h"
#include "trainer/generate/gpt2_text_model.h"

namespace owt::trainer {
namespace {

using tests::ReadAll;
using tests::ScratchFolder;
using tests::WriteAll;

TrainConfig SmallRun(const ScratchFolder& scratch) {
  TrainConfig config;
  config.model = {2, 32, 4, 16, 128, 0.0};
  config.data = {scratch.File("data")};
  config.sequence_length = 16;
  config.micro_batch = 4;
  config.global_batch = 8;
  config.iterations = 12;
  config.learning_rate = 1e-2;
  config.min_learning_rate = 1e-3;
  config.warmup_fraction = 0.1;
  config.save_interval = 5;
  config.log_interval = 1;
  config.eval_interval = 4;
  config.eval_iterations = 2;
  config.threads = 1;
  config.save = scratch.File("save");
  return config;
}

struct Log {
  std::vector<std::string> lines;
  int64_t stop_after = 1 << 30;  // training lines until Ctrl-C

  Hooks hooks() {
    return {[this](std::string_view line) { lines.emplace_back(line); },
            [this] { return static_cast<int64_t>(Losses().size()) >= stop_after; }};
  }

  // The loss of every training line, as text: equal text, equal to seven digits.
  std::vector<std::string> Losses() const {
    static const std::regex pattern("lm loss: ([^ ]+)");
    std::vector<std::string> losses;
    for (const std::string& line : lines) {
      std::smatch match;
      if (std::regex_search(line, match, pattern)) losses.push_back(match[1]);
    }
    return losses;
  }

  bool Has(std::string_view text) const {
    for (const std::string& line : lines) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

std::string ModelBytes(const TrainConfig& config) {
  const std::string path = FindCheckpoint(config.save).path;
  return ReadAll(path + "/" + kModelFile) + ReadAll(path + "/" + kOptimizerFile);
}

TEST(TrainTest, LearnsFromTheFirstLossOn) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.iterations = 60;
  config.save_interval = 1000;
  Log log;
  Train(config, log.hooks());
  const std::vector<std::string> losses = log.Losses();
  ASSERT_EQ(losses.size(), 60U);
  EXPECT_NEAR(std::stod(losses[0]), std::log(128.0), 0.1);
  EXPECT_LT(std::stod(losses[59]), 3.0);
  EXPECT_TRUE(log.Has(" validation loss at iteration 60 | lm loss value: "));
  EXPECT_TRUE(log.Has("tokens/s"));
}

TEST(TrainTest, SameSeedSameBytes) {
  const ScratchFolder one, two;
  tests::WriteSmallDataset(one.File("data"), 100, 128);
  TrainConfig config = SmallRun(one);
  config.threads = 2;
  Log a, b, c;
  Train(config, a.hooks());
  const std::string bytes = ModelBytes(config);
  config.save = two.File("save");
  Train(config, b.hooks());
  EXPECT_EQ(a.Losses(), b.Losses());
  EXPECT_TRUE(bytes == ModelBytes(config));
  config.save = two.File("other");
  config.seed = 4321;
  Train(config, c.hooks());
  EXPECT_NE(a.Losses(), c.Losses());
}

// Stopped at every possible place, once with dropout, which needs the random state.
TEST(TrainTest, AResumedRunIsTheSameToTheBit) {
  for (const double dropout : {0.0, 0.2}) {
    const ScratchFolder scratch;
    tests::WriteSmallDataset(scratch.File("data"), 100, 128);
    TrainConfig config = SmallRun(scratch);
    config.model.dropout = dropout;
    Log whole;
    Train(config, whole.hooks());
    const std::string expected = ModelBytes(config);
    for (int64_t stop = 1; stop < 12; ++stop) {
      config.save = scratch.File("stop" + std::to_string(stop));
      Log first, second;
      first.stop_after = stop;
      try {
        Train(config, first.hooks());
        FAIL() << "was not interrupted";
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
      }
      Train(config, second.hooks());
      std::vector<std::string> losses = first.Losses();
      for (const std::string& loss : second.Losses()) losses.push_back(loss);
      EXPECT_EQ(losses, whole.Losses()) << "stopped after " << stop;
      EXPECT_TRUE(ModelBytes(config) == expected) << "stopped after " << stop;
    }
  }
}

TEST(TrainTest, GoesOnFromTheNewestWholeCheckpoint) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  const TrainConfig config = SmallRun(scratch);
  Log whole, again;
  Train(config, whole.hooks());
  const std::string expected = ModelBytes(config);
  const std::string newest = FindCheckpoint(config.save).path;
  std::string model = ReadAll(newest + "/" + kModelFile);
  model[model.size() / 2] ^= 1;
  WriteAll(newest + "/" + kModelFile, model);
  Train(config, again.hooks());
  EXPECT_TRUE(again.Has("does not match its checksum"));
  EXPECT_TRUE(again.Has("going on after iteration 10"));
  EXPECT_TRUE(ModelBytes(config) == expected);
  Log nothing;
  Train(config, nothing.hooks());
  EXPECT_TRUE(nothing.Has("nothing to do"));
}

TEST(TrainTest, AnotherModelsCheckpointIsRefused) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  Log log;
  Train(config, log.hooks());
  config.model.heads = 2;  // the same shapes
  try {
    Train(config, log.hooks());
    FAIL() << "a model of other heads was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(error.message().find("4 heads"), std::string::npos);
  }
}

TEST(TrainTest, ManyMicroBatchesAreOneBatch) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.save.clear();
  Log one, many;
  config.micro_batch = 8;
  Train(config, one.hooks());
  config.micro_batch = 1;
  Train(config, many.hooks());
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_NEAR(std::stod(one.Losses()[i]), std::stod(many.Losses()[i]), 1e-4);
  }
}

TEST(TrainTest, WhatIsNotFiniteIsSkippedAndThenEndsTheRun) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.iterations = 100;
  config.eval_interval = 0;
  config.save.clear();
  config.warmup_fraction = 0;
  config.learning_rate = config.min_learning_rate = 1e38;
  Log log;
  try {
    Train(config, log.hooks());
    FAIL() << "a learning rate of 1e38 did not diverge";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kExternal);
    EXPECT_NE(error.message().find("not finite"), std::string::npos);
  }
  EXPECT_TRUE(log.Has("number of skipped iterations:   1 |"));
}

TEST(EvaluateTest, EveryTokenButTheFirstIsPredictedOnce) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  Log log;
  Train(config, log.hooks());
  std::vector<Evaluation> results;
  for (const int64_t batch : {1, 3, 64}) {
    EvaluateConfig evaluate;
    evaluate.run.checkpoint = config.save;
    evaluate.batch = batch;
    uint32_t document = 0;
    results.push_back(Evaluate(
        evaluate,
        [&](std::vector<uint32_t>* ids) {
          // Also empty documents, and documents longer than a batch of windows.
          ids->assign(document * 13 % 101, document % 128);
          return document++ < 40;
        },
        log.hooks()));
  }
  int64_t tokens = 0;
  for (uint32_t d = 0; d < 40; ++d) tokens += d * 13 % 101;
  for (const Evaluation& result : results) {
    EXPECT_EQ(result.tokens, tokens - 1);
    EXPECT_NEAR(result.loss_sum / results[0].loss_sum, 1.0, 1e-6);
  }
}

TEST(GenerateTest, ContinuesThePatternItWasTrainedOn) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.iterations = 150;
  config.eval_interval = 0;
  config.log_interval = 150;
  config.save_interval = 150;
  Log log;
  Train(config, log.hooks());
  RunConfig run;
  run.checkpoint = config.save;
  const auto model = OpenTextModel(run, log.hooks());
  DecodeOptions options;
  options.sampling.temperature = 0;
  options.vocab = 128;
  options.stop.tokens = {127};
  options.tokens = 40;  // beyond the 16 positions
  options.slide = true;
  const std::vector<std::vector<uint32_t>> prompts = {{10, 11, 12, 13, 14, 15}};
  const std::vector<uint32_t> text = Decode(*model, prompts, options)[0].ids;
  EXPECT_EQ(text, Decode(*model, prompts, options)[0].ids);
  const std::vector<uint32_t> once(text.begin() + 6, text.end());
  ASSERT_GE(once.size(), 2U);
  // The documents count in steps of 1, 2 or 3.
  EXPECT_TRUE(once[0] >= 16 && once[0] <= 18) << once[0];
  EXPECT_TRUE(once[1] > once[0] && once[1] <= once[0] + 3) << once[1];
}

}  // namespace
}  // namespace owt::trainer
