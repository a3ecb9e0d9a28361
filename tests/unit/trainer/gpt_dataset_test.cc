#include "trainer/data/gpt_dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"
#include "tests/unit/trainer/small_dataset.h"

namespace owt::trainer {
namespace {

using tests::ScratchFolder;

// The slow, obvious version: one stream of tokens in the order of the index, cut into samples.
TEST(GptDatasetTest, SamplesAreCutsOfTheShuffledStream) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("d"), 40, 300);
  const formats::IndexedDataset data(formats::IndexedDatasetPaths::Of(scratch.File("d")));
  const std::vector<int32_t> lengths = formats::SequenceLengths(data);
  const formats::GptIndexOptions options{200, 16, 99};
  const formats::SequenceRange range{3, 37};
  const GptDataset dataset(data, formats::BuildGptIndex(lengths, range, options), 300);
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

// An index from a cache is a file that anyone can write.
TEST(GptDatasetTest, AnIndexThatPointsOutsideTheDataIsAnError) {
  const ScratchFolder scratch;
  tests::WriteSmallDataset(scratch.File("d"), 40, 300);
  const formats::IndexedDataset data(formats::IndexedDatasetPaths::Of(scratch.File("d")));
  const std::vector<int32_t> lengths = formats::SequenceLengths(data);
  const auto sample = [&](auto damage) {
    formats::GptIndex index = formats::BuildGptIndex(lengths, {0, 40}, {50, 16, 1});
    auto* const bytes = std::get<Buffer>(index.bytes).data();
    damage(reinterpret_cast<int32_t*>(bytes), index);
    const GptDataset dataset(data, std::move(index), 300);
    std::vector<int64_t> tokens(17);
    for (int64_t i = 0; i < dataset.num_samples(); ++i) dataset.Sample(i, tokens);
  };
  using formats::GptIndex;
  EXPECT_NO_THROW(sample([](int32_t*, const GptIndex&) {}));
  const auto samples = [](const GptIndex& index) { return 2 * index.sample_idx.size(); };
  EXPECT_THROW(sample([](int32_t* at, const GptIndex&) { at[6] = 40; }), Error) << "place";
  EXPECT_THROW(sample([](int32_t* at, const GptIndex&) { at[6] = -1; }), Error) << "place";
  EXPECT_THROW(sample([](int32_t* at, const GptIndex&) { at[7] = 61; }), Error) << "offset";
  EXPECT_THROW(sample([](int32_t* at, const GptIndex&) { at[7] = -1; }), Error) << "offset";
  EXPECT_THROW(sample([&](int32_t* at, const GptIndex& index) { at[samples(index)] = -1; }), Error)
      << "shuffle_idx";
  EXPECT_THROW(sample([&](int32_t* at, const GptIndex& index) {
                 at[samples(index) + index.shuffle_idx.size() + 5] = 40;
               }),
               Error)
      << "doc_idx";
}

}  // namespace
}  // namespace owt::trainer
