#include "trainer/data/gpt_dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"
#include "tests/unit/trainer/small_dataset.h"
#include "trainer/data/train_data.h"

namespace owt::trainer {
namespace {

using testing::ScratchFolder;

TrainConfig Config(const std::string& prefix) {
  TrainConfig config;
  config.data = prefix;
  config.sequence_length = 16;
  config.global_batch = 4;
  config.micro_batch = 2;
  config.iterations = 60;
  config.eval_interval = 20;
  config.eval_iterations = 2;
  config.model.vocab = 300;
  return config;
}

// The slow, obvious version: one stream of tokens in the order of the index, cut into samples.
TEST(GptDatasetTest, SamplesAreCutsOfTheShuffledStream) {
  const ScratchFolder scratch;
  testing::WriteSmallDataset(scratch.File("d"), 40, 300);
  const formats::IndexedDataset data(formats::IndexedDatasetPaths::Of(scratch.File("d")));
  const std::vector<int32_t> lengths = formats::SequenceLengths(data);
  const formats::GptIndexOptions options{200, 16, 99};
  const formats::SequenceRange range{3, 37};
  const GptDataset dataset(data, lengths, range, options, 300);
  const formats::GptIndex index = formats::BuildGptIndex(lengths, range, options);
  std::vector<int64_t> stream;
  for (const int32_t id : index.doc_idx) {
    const formats::TokenView tokens = data.sequence(static_cast<uint64_t>(id));
    for (size_t i = 0; i < tokens.size(); ++i) stream.push_back(tokens[i]);
  }
  ASSERT_GE(dataset.num_samples(), 200);
  std::vector<int64_t> sample(17);
  for (int64_t i = 0; i < dataset.num_samples(); ++i) {
    dataset.Sample(i, sample);
    const auto begin = stream.begin() + index.shuffle_idx[static_cast<size_t>(i)] * 16;
    EXPECT_TRUE(std::equal(sample.begin(), sample.end(), begin)) << i;
  }
}

TEST(TrainDataTest, HasEnoughOfBothParts) {
  const ScratchFolder scratch;
  testing::WriteSmallDataset(scratch.File("d"), 100, 300);
  const TrainData data(Config(scratch.File("d")));
  EXPECT_GE(data.train().num_samples(), 60 * 4);
  ASSERT_TRUE(data.valid());
  EXPECT_GE(data.valid()->num_samples(), 4 * 2 * 4);
}

TEST(TrainDataTest, ASmallCorpusHasNoValidation) {
  const ScratchFolder scratch;
  testing::WriteSmallDataset(scratch.File("d"), 5, 300);
  EXPECT_FALSE(TrainData(Config(scratch.File("d"))).valid());
}

TEST(TrainDataTest, ErrorsSayWhatIsWrong) {
  const ScratchFolder scratch;
  EXPECT_THROW(TrainData(Config(scratch.File("missing"))), Error);
  testing::WriteSmallDataset(scratch.File("d"), 40, 300);
  TrainConfig config = Config(scratch.File("d"));
  config.model.vocab = 30;  // the dataset has ids up to 299
  const TrainData data(config);
  std::vector<int64_t> sample(17);
  try {
    for (int64_t i = 0; i < data.train().num_samples(); ++i) data.train().Sample(i, sample);
    FAIL() << "ids outside the vocabulary were accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_NE(error.message().find("but the vocabulary has 30 ids"), std::string::npos);
  }
}

}  // namespace
}  // namespace owt::trainer
