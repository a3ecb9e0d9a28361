#include "trainer/data/train_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "formats/gpt_index_cache.h"
#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"
#include "tests/unit/trainer/small_dataset.h"

namespace owt::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tests::ScratchFolder;

void Quiet(std::string_view) {}

TrainConfig Config(const std::string& prefix) {
  TrainConfig config;
  config.data = {prefix};
  config.sequence_length = 16;
  config.global_batch = 4;
  config.micro_batch = 2;
  config.iterations = 60;
  config.eval_interval = 20;
  config.eval_iterations = 2;
  config.model.vocab = 300;
  return config;
}

using Tokens = std::vector<int64_t>;

std::vector<Tokens> Samples(const BlendedDataset& data) {
  std::vector<Tokens> samples;
  for (int64_t i = 0; i < data.num_samples(); ++i) data.Sample(i, samples.emplace_back(17));
  return samples;
}

TEST(TrainDataTest, HasEnoughOfBothParts) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("d"), 100, 300);
  const TrainData data(Config(scratch.File("d")), Quiet);
  EXPECT_GE(data.train().num_samples(), 60 * 4);
  ASSERT_TRUE(data.valid());
  EXPECT_GE(data.valid()->num_samples(), 4 * 2 * 4);
}

TEST(TrainDataTest, ASmallCorpusHasNoValidation) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("d"), 5, 300);
  EXPECT_FALSE(TrainData(Config(scratch.File("d")), Quiet).valid());
}

TEST(TrainDataTest, ASplitThatAsksForValidationGetsItOrAnError) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("d"), 5, 300);
  TrainConfig config = Config(scratch.File("d"));
  config.split = "98,2";
  try {
    TrainData(config, Quiet);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("--split 98,2 leaves its 5 documents no token"));
  }
  config.split = "1,0,0";
  EXPECT_FALSE(TrainData(config, Quiet).valid());
  config.split = "4,1";
  EXPECT_TRUE(TrainData(config, Quiet).valid());
}

TEST(TrainDataTest, ErrorsSayWhatIsWrong) {
  const ScratchFolder scratch;
  EXPECT_THROW(TrainData(Config(scratch.File("missing")), Quiet), Error);
  tests::WriteSmallDataset(scratch.File("d"), 40, 300);
  TrainConfig config = Config(scratch.File("d"));
  config.model.vocab = 30;  // the dataset has ids up to 299
  const TrainData data(config, Quiet);
  std::vector<int64_t> sample(17);
  try {
    for (int64_t i = 0; i < data.train().num_samples(); ++i) data.train().Sample(i, sample);
    FAIL() << "ids outside the vocabulary were accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_NE(error.message().find("but the vocabulary has 30 ids"), std::string::npos);
  }
}

std::vector<std::string> CachedFiles(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path().string());
  }
  return paths;
}

TEST(TrainDataTest, TheSecondRunTakesTheCachedIndices) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("d"), 100, 300);
  const TrainConfig config = Config(scratch.File("d"));
  std::vector<std::string> said;
  const auto say = [&](std::string_view line) { said.emplace_back(line); };
  const std::vector<Tokens> samples = Samples(TrainData(config, say).train());
  const std::vector<std::string> files = CachedFiles(scratch.File(".owt-index-cache"));
  EXPECT_EQ(files.size(), 2U) << "training and validation";
  const auto written = std::filesystem::last_write_time(files[0]);
  EXPECT_EQ(Samples(TrainData(config, say).train()), samples);
  EXPECT_EQ(std::filesystem::last_write_time(files[0]), written);
  EXPECT_THAT(said, ElementsAre());
}

TEST(TrainDataTest, TrainsWhereNothingCanBeKept) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("d"), 100, 300);
  TrainConfig config = Config(scratch.File("d"));
  config.data_cache_path = scratch.File("d.bin") + "/cache";  // below a file
  std::vector<std::string> said;
  const TrainData data(config, [&](std::string_view line) { said.emplace_back(line); });
  EXPECT_GE(data.train().num_samples(), 240);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_THAT(said[0], HasSubstr("the index is not kept for the next run"));
}

// Each dataset's tokens are told by the range that they are in.
TEST(TrainDataTest, MixesByWeight) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("a"), 100, 100);
  tests::WriteSmallDataset(scratch.File("b"), 100, 100, /*first=*/100);
  tests::WriteSmallDataset(scratch.File("c"), 100, 100, /*first=*/200);
  TrainConfig config = Config("");
  config.data = {"5", scratch.File("a"), "2", scratch.File("b"), "1", scratch.File("c")};
  const TrainData data(config, Quiet);
  EXPECT_EQ(data.train().num_samples(), 150 + 60 + 30);
  std::map<int64_t, int> counts;
  for (const Tokens& sample : Samples(data.train())) {
    ++counts[sample[0] / 100];
    for (const int64_t token : sample) EXPECT_EQ(token / 100, sample[0] / 100);
  }
  EXPECT_EQ(counts, (std::map<int64_t, int>{{0, 150}, {1, 60}, {2, 30}}));
  EXPECT_EQ(data.num_sequences(), 300U);
}

TEST(TrainDataTest, MixesOneEpochOfEachWithoutWeights) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("a"), 40, 100);
  tests::WriteSmallDataset(scratch.File("b"), 100, 100, /*first=*/100);
  TrainConfig config = Config(scratch.File("a"));
  const int64_t epoch = [&] {
    TrainConfig one = config;
    one.iterations = 1;
    return TrainData(one, Quiet).train().num_samples();
  }();
  config.data.push_back(scratch.File("b"));
  config.iterations = 100000;
  config.eval_interval = 0;
  int64_t from_a = 0;
  for (const Tokens& sample : Samples(TrainData(config, Quiet).train())) {
    from_a += sample[0] < 100 ? 1 : 0;
  }
  EXPECT_EQ(from_a, epoch);
}

// Megatron ends with an IndexError: it asks for 1 sample of an epoch of 1, and the mix takes more.
TEST(TrainDataTest, ATinyWeightGetsAllSamplesThatTheMixTakes) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("a"), 400, 100);
  tests::WriteSmallDataset(scratch.File("b"), 1, 100, /*first=*/100);
  for (const char* weight : {"1e-9", "0.001", "0.01", "0.3", "0.9"}) {
    TrainConfig config = Config("");
    config.split = "1";
    config.data = {"1", scratch.File("a"), weight, scratch.File("b")};
    const TrainData data(config, Quiet);
    EXPECT_GE(Samples(data.train()).size(), 240U) << weight;
  }
}

TEST(TrainDataTest, ADatasetWithoutTrainingTokensIsAnError) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("a"), 100, 100);
  tests::WriteSmallDataset(scratch.File("b"), 1, 100);
  TrainConfig config = Config("");
  config.split = "1,9";
  config.data = {"1", scratch.File("a"), "1", scratch.File("b")};
  EXPECT_THROW(TrainData(config, Quiet), Error);
}

}  // namespace
}  // namespace owt::trainer
