#include "trainer/train.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <regex>

#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"
#include "tests/unit/trainer/small_dataset.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/generate/decode.h"
#include "trainer/generate/gpt2_text_model.h"
#include "trainer/metrics/report.h"

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
            [this] { return static_cast<int64_t>(TrainingLines()) >= stop_after; }};
  }

  size_t TrainingLines() const {
    return static_cast<size_t>(std::count_if(lines.begin(), lines.end(), [](const auto& line) {
      return line.starts_with(" iteration ");
    }));
  }

  // The loss of every training line that has one, as text: equal text, equal to seven digits.
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

// What a run may carry from step to step: with dropout the random state, in fp16 the loss scale.
TrainConfig WithState(TrainConfig config, int which) {
  if (which == 1) config.model.dropout = 0.2;
  if (which == 2) {
    config.precision = Precision::kFp16;
    config.initial_loss_scale = 1e9;  // overflows at first
    config.loss_scale_window = 2;
    config.documents = {true, true, true, 5};
    config.async_save = true;
    config.keep_checkpoints = 1;
    config.log_interval = 1;
  }
  return config;
}

// Stopped at every possible place.
TEST(TrainTest, AResumedRunIsTheSameToTheBit) {
  for (const int which : {0, 1, 2}) {
    const ScratchFolder scratch;
    tests::WriteSmallDataset(scratch.File("data"), 100, 128);
    TrainConfig config = WithState(SmallRun(scratch), which);
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

TEST(TrainTest, LoadGoesOnInAnotherFolder) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  Log whole, first, second, again;
  Train(config, whole.hooks());
  const std::string expected = ModelBytes(config);
  config.save = scratch.File("first");
  first.stop_after = 7;
  EXPECT_THROW(Train(config, first.hooks()), Error);
  const std::string before = ModelBytes(config);
  config.load = config.save;
  config.save = scratch.File("second");
  config.model = {1, 8, 1, 16, 64, 0.0};  // --load decides
  Train(config, second.hooks());
  EXPECT_TRUE(second.Has("going on after iteration 7"));
  EXPECT_TRUE(ModelBytes(config) == expected);
  std::filesystem::rename(config.load, scratch.File("away"));
  Train(config, again.hooks());  // --save is enough
  EXPECT_TRUE(again.Has("nothing to do"));
  config.save = scratch.File("away");
  EXPECT_TRUE(ModelBytes(config) == before);
}

TEST(TrainTest, FinetuneTakesTheParametersOnly) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.iterations = 60;
  Log log, refused, finetune;
  Train(config, log.hooks());
  const std::string trained = FindCheckpoint(config.save).path;
  const std::string plain = scratch.File("plain");  // as other programs leave a model
  std::filesystem::create_directories(plain);
  for (const char* const name : {kModelFile, kConfigFile}) {
    std::filesystem::copy(trained + "/" + name, plain + "/" + name);
  }
  config.load = plain;
  config.save = scratch.File("finetuned");
  config.iterations = 2;
  try {
    Train(config, refused.hooks());
    FAIL() << "parameters alone were taken for a run";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(error.message().find("--finetune"), std::string::npos);
  }
  config.finetune = true;
  config.learning_rate = config.min_learning_rate = 1e-30;  // moves nothing
  Train(config, finetune.hooks());
  EXPECT_TRUE(finetune.Has("starting from the parameters of " + plain));
  EXPECT_EQ(finetune.TrainingLines(), 2U);
  EXPECT_LT(std::stod(finetune.Losses()[0]), 3.0);
  EXPECT_TRUE(ReadAll(FindCheckpoint(config.save).path + "/" + kModelFile) ==
              ReadAll(trained + "/" + kModelFile));
}

TEST(TrainTest, MeasuringTheThroughputChangesNothing) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.model.dropout = 0.1;  // by the random state
  Log without, with;
  Train(config, without.hooks());
  config.save = scratch.File("measured");
  config.log_throughput = true;
  Train(config, with.hooks());
  EXPECT_EQ(with.Losses(), without.Losses());
  EXPECT_TRUE(with.Has("MFU is against the "));
  EXPECT_TRUE(with.Has(" throughput per GPU (TFLOP/s/GPU): "));
  EXPECT_TRUE(with.Has("% |"));
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

// fp16 rounds to 11 bits; an overflow of the scaled gradients is no step at all.
TEST(TrainTest, Fp16LearnsAsFp32AndSkipsOverflows) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.iterations = 40;
  config.eval_interval = 0;
  config.save.clear();
  Log fp32, fp16, none;
  Train(config, fp32.hooks());
  config.precision = Precision::kFp16;
  config.loss_scale = 1024;
  Train(config, fp16.hooks());
  for (size_t i = 0; i < 40; ++i) {
    EXPECT_NEAR(std::stod(fp16.Losses()[i]), std::stod(fp32.Losses()[i]), 0.02) << i;
  }
  EXPECT_TRUE(fp16.Has("loss scale: 1024.0 |"));
  config.loss_scale = 0;
  config.initial_loss_scale = 1e12;
  config.min_loss_scale = 1e11;  // so that all overflow
  config.iterations = 5;
  const size_t before = none.lines.size();
  Train(config, none.hooks());
  EXPECT_EQ(before, 0U);
  EXPECT_EQ(none.Losses().size(), 0U);
  EXPECT_EQ(none.TrainingLines(), 5U);
  EXPECT_TRUE(none.Has("number of skipped iterations:   1 |"));
}

TEST(TrainTest, AnOverflowChangesNothing) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.precision = Precision::kFp16;
  config.iterations = 1;
  config.eval_interval = 0;
  config.loss_scale = 1024;
  Log small, large;
  Train(config, small.hooks());  // the first update behind a warm-up is one of 0
  EXPECT_EQ(small.Losses().size(), 1U);
  const std::string start = ReadAll(FindCheckpoint(config.save).path + "/" + kModelFile);
  config.save = scratch.File("overflow");
  config.loss_scale = 1e30;
  config.warmup_fraction = 0;
  Train(config, large.hooks());
  EXPECT_EQ(large.Losses().size(), 0U);
  EXPECT_TRUE(ReadAll(FindCheckpoint(config.save).path + "/" + kModelFile) == start);
  config.save = scratch.File("step");
  config.loss_scale = 1024;
  Train(config, large.hooks());
  EXPECT_FALSE(ReadAll(FindCheckpoint(config.save).path + "/" + kModelFile) == start);
}

TEST(TrainTest, ASpikeIsSkippedAndSaid) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.iterations = 160;
  config.eval_interval = 0;
  config.save.clear();
  config.skip_grad_norm_zscore = 1;  // one in six
  Log log;
  Train(config, log.hooks());
  EXPECT_TRUE(log.Has("stand out from the last 128"));
  EXPECT_TRUE(log.Has("number of skipped iterations:   1 |"));
  config.iterations = 128;
  Log quiet;
  Train(config, quiet.hooks());
  EXPECT_FALSE(quiet.Has("stand out"));
}

// 4,000 tokens in a circle, which are soon known by heart, but for two documents that go backwards.
void WriteCircleWithOddDocuments(const std::string& prefix) {
  formats::IndexedDatasetWriter writer(formats::IndexedDatasetPaths::Of(prefix),
                                       formats::TokenType::kUint16);
  for (uint32_t d = 0; d < 100; ++d) {
    std::vector<uint32_t> tokens;
    for (uint32_t i = 40 * d; i < 40 * (d + 1); ++i) {
      tokens.push_back(d == 30 || d == 70 ? 127 - i * 7 % 128 : i % 128);
    }
    writer.AddDocument(tokens);
  }
  writer.Commit();
}

// Of few samples a step, so that one of an odd document stands out.
TrainConfig RollingBack(const ScratchFolder& scratch) {
  TrainConfig config = SmallRun(scratch);
  config.iterations = 260;
  config.eval_interval = 65;
  config.save_interval = 20;
  config.micro_batch = config.global_batch = 2;
  config.skip_loss_zscore = 6;
  config.rollback_after = 1;
  return config;
}

TEST(TrainTest, GoesBackBehindSkippedStepsAndEndsAsIfLeftAlone) {
  const ScratchFolder scratch;
  WriteCircleWithOddDocuments(scratch.File("data"));
  TrainConfig config = RollingBack(scratch);
  Log whole;
  Train(config, whole.hooks());
  ASSERT_TRUE(whole.Has("were skipped: going back to "));
  const std::string bytes = ModelBytes(config);
  const std::string metrics = ReadAll(config.save + "/" + kMetricsFile);
  EXPECT_NE(metrics.find("{\"iteration\":260,"), std::string::npos);
  // A line an iteration and one for each validation, none twice, although the log has more.
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), '\n'), 260 + 4);
  EXPECT_GT(whole.TrainingLines(), 260U);
  config.save = scratch.File("stopped");
  for (int stop = 1; stop < 100; ++stop) {  // further each time
    Log log;
    log.stop_after = 3 * stop;
    try {
      Train(config, log.hooks());
      break;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::kInterrupted) << error.message();
    }
  }
  EXPECT_TRUE(ModelBytes(config) == bytes);
}

TEST(TrainTest, GoesBackTenTimesAtMost) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = RollingBack(scratch);
  config.rollback_after = 3;
  config.iterations = 1000;
  config.warmup_fraction = 0;
  config.learning_rate = config.min_learning_rate = 1e38;  // never finite
  Log log;
  try {
    Train(config, log.hooks());
    FAIL() << "went back for ever";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kExternal);
    EXPECT_NE(error.message().find("the 11th time"), std::string::npos) << error.message();
  }
}

TEST(TrainTest, DocumentOptionsActAndDoNotDependOnMicroBatches) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("data"), 100, 128);
  TrainConfig config = SmallRun(scratch);
  config.save.clear();
  Log plain, one, many;
  Train(config, plain.hooks());
  config.documents = {true, true, true, 40};
  config.micro_batch = 8;
  Train(config, one.hooks());
  config.micro_batch = 1;
  Train(config, many.hooks());
  EXPECT_NE(plain.Losses(), one.Losses());
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
