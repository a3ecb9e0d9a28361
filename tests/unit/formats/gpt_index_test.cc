#include "formats/gpt_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/numpy_random.h"
#include "pipeline/error.h"
#include "tests/support/md5.h"

namespace owt::formats {
namespace {

using ::owt::tests::Md5;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

template <class T>
std::string ArrayMd5(std::span<const T> values) {
  return Md5({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

TEST(Md5Test, GivesTheDigestsOfRfc1321) {
  EXPECT_EQ(Md5(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

// The 50 documents of the golden vectors in Megatron's Python, run with numpy 1.24.
std::vector<int32_t> GoldenLengths() {
  std::vector<int32_t> lengths;
  for (int i = 0; i < 50; ++i) lengths.push_back((37 * i) % 211 + 1);
  return lengths;
}

struct Golden {
  int64_t num_samples, num_epochs;
  bool separate;
  size_t doc_size, total;
  std::string_view doc_md5, sample_md5, shuffle_md5;
};

class GptIndexGoldenTest : public ::testing::TestWithParam<Golden> {};

TEST_P(GptIndexGoldenTest, EqualsMegatron) {
  const Golden& golden = GetParam();
  const GptIndex index =
      BuildGptIndex(GoldenLengths(), {0, 50}, {golden.num_samples, 64, /*seed=*/1234});
  EXPECT_EQ(index.shape.tokens_per_epoch, 5074);
  EXPECT_EQ(index.shape.num_epochs, golden.num_epochs);
  EXPECT_EQ(index.shape.separate_last_epoch, golden.separate);
  EXPECT_EQ(index.doc_idx.size(), golden.doc_size);
  EXPECT_EQ(index.sample_idx.size(), golden.total + 1);
  EXPECT_EQ(index.shuffle_idx.size(), golden.total);
  EXPECT_EQ(ArrayMd5(index.doc_idx), golden.doc_md5);
  EXPECT_EQ(ArrayMd5(index.sample_idx), golden.sample_md5);
  EXPECT_EQ(ArrayMd5(index.shuffle_idx), golden.shuffle_md5);
}

INSTANTIATE_TEST_SUITE_P(
    Megatron, GptIndexGoldenTest,
    ::testing::Values(
        Golden{60, 1, false, 50, 79, "84f87270a77689c6af97b99389c912bf",
               "114599e72536678553d4c70921854f91", "ef20666e56c1f71a051e8a70813846f9"},
        Golden{90, 2, true, 100, 158, "9bd24936ab5da6ed2a7b228291eb0d83",
               "fa2b819bcbfb719e38ab8d8b8e8bbe17", "0e8118754c672dde51746f85991786a4"},
        Golden{155, 2, false, 100, 158, "ef6052cf0632a9cc78c2a563b783d4e5",
               "f9b900f0a4ecd5630752a96aa6664a11", "cc491090319ee4c66f1767e6ac8d2016"}));

TEST(GptIndexTest, FirstElementsAsPublished) {
  const GptIndex index = BuildGptIndex(GoldenLengths(), {0, 50}, {60, 64, 1234});
  EXPECT_THAT(std::vector<int32_t>(index.doc_idx.begin(), index.doc_idx.begin() + 6),
              ElementsAre(37, 45, 6, 44, 13, 36));
  EXPECT_THAT(std::vector<uint32_t>(index.shuffle_idx.begin(), index.shuffle_idx.begin() + 6),
              ElementsAre(11, 75, 61, 71, 63, 55));
}

// What the index means, said the slow way: all tokens of doc_idx in one row, cut every
// sequence_length.
TEST(GptIndexTest, SamplesCutTheConcatenationOnRandomInput) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<int32_t> lengths(1 + random() % 20);
    for (int32_t& length : lengths) length = static_cast<int32_t>(random() % 9);
    const int64_t begin = static_cast<int64_t>(random() % lengths.size());
    const int64_t end = begin + 1 + static_cast<int64_t>(random() % (lengths.size() - begin));
    const GptIndexOptions options{1 + static_cast<int64_t>(random() % 30),
                                  1 + static_cast<int64_t>(random() % 12),
                                  static_cast<uint32_t>(random())};
    if (std::all_of(lengths.begin() + begin, lengths.begin() + end,
                    [](int32_t length) { return length == 0; })) {
      continue;
    }
    const GptIndex index = BuildGptIndex(lengths, {begin, end}, options);
    ASSERT_GE(index.shape.num_samples, options.num_samples);
    std::vector<SamplePosition> row;
    for (size_t doc = 0; doc < index.doc_idx.size(); ++doc) {
      ASSERT_GE(index.doc_idx[doc], begin);
      ASSERT_LT(index.doc_idx[doc], end);
      for (int32_t offset = 0; offset < lengths[index.doc_idx[doc]]; ++offset) {
        row.push_back({static_cast<int32_t>(doc), offset});
      }
    }
    ASSERT_EQ(static_cast<int64_t>(row.size()),
              index.shape.num_epochs * index.shape.tokens_per_epoch);
    ASSERT_EQ(index.sample_idx.size(), index.shuffle_idx.size() + 1);
    // The begin of the whole row is (0, 0) even where the first sequence is empty.
    ASSERT_EQ(index.sample_idx[0], (SamplePosition{0, 0}));
    for (size_t sample = 1; sample < index.sample_idx.size(); ++sample) {
      ASSERT_EQ(index.sample_idx[sample], row[sample * options.sequence_length]);
    }
    ASSERT_LT(row.size() - (index.sample_idx.size() - 1) * options.sequence_length,
              static_cast<size_t>(options.sequence_length) + 1);
    std::vector<uint32_t> sorted(index.shuffle_idx.begin(), index.shuffle_idx.end());
    std::sort(sorted.begin(), sorted.end());
    for (uint32_t i = 0; i < sorted.size(); ++i) ASSERT_EQ(sorted[i], i);
  }
}

// The numbers that the C++ standard fixes for MT19937, drawn and rejected one by one.
TEST(NumpyRandomTest, ShufflesWithTheNumbersOfTheStandard) {
  for (const size_t size : {0, 1, 2, 3, 127, 128, 129, 130, 1000, 65536, 65537, 200000}) {
    std::vector<uint32_t> values(size);
    std::iota(values.begin(), values.end(), uint32_t{0});
    std::vector<uint32_t> expected = values;
    NumpyRandom fast(static_cast<uint32_t>(size) + 5);
    std::mt19937 slow(static_cast<uint32_t>(size) + 5);
    for (int round = 0; round < 2; ++round) {  // the second from where the first stopped
      fast.Shuffle(std::span(values));
      for (size_t i = size; i-- > 1;) {
        uint32_t mask = 1;
        while (mask < i) mask = 2 * mask + 1;
        uint32_t partner = 0;
        do {
          partner = static_cast<uint32_t>(slow()) & mask;
        } while (partner > i);
        std::swap(expected[i], expected[partner]);
      }
      ASSERT_EQ(values, expected) << size;
    }
  }
}

TEST(GptIndexTest, NoTokenIsAnErrorAndNotAHang) {
  const std::vector<int32_t> lengths = {5, 0, 0};
  EXPECT_THAT(
      [&] {
        BuildGptIndex(lengths, {1, 3}, {10, 4, 1});
      },
      ThrowsMessage<Error>(HasSubstr("sequences 1 to 3 hold no token")));
  EXPECT_THROW(BuildGptIndex(lengths, {1, 1}, {10, 4, 1}), Error);
}

TEST(GptIndexTest, TooLargeAnIndexIsAnErrorBeforeMemoryIsTaken) {
  const std::vector<int32_t> lengths = {1, 1};
  EXPECT_THAT(
      [&] {
        BuildGptIndex(lengths, {0, 2}, {int64_t{1} << 31, 1 << 20, 1});
      },
      ThrowsMessage<Error>(HasSubstr("too many for one index")));
}

TEST(GptSplitTest, CutsAsMegatron) {
  EXPECT_EQ(SplitSequences("700,200,100", 1000), (GptSplit{{{0, 700}, {700, 900}, {900, 1000}}}));
  EXPECT_EQ(SplitSequences("700,200,100", 8013769),
            (GptSplit{{{0, 5609638}, {5609638, 7212392}, {7212392, 8013769}}}));
  EXPECT_EQ(SplitSequences("700,200,100", 8013769, SplitRounding::kMegatron2023),
            (GptSplit{{{0, 5609638}, {5609638, 7212392}, {7212392, 8013769}}}));
  EXPECT_EQ(SplitSequences("700,200,100", 2, SplitRounding::kMegatron2023),
            (GptSplit{{{0, 2}, {2, 2}, {2, 2}}}))
      << "bounds 0/1/1/1 less the rounding error of -1";
  EXPECT_EQ(SplitSequences("700,200,100", 2), (GptSplit{{{0, 1}, {1, 2}, {2, 2}}}));
}

TEST(GptSplitTest, AcceptsFewerPartsAndBothSeparators) {
  EXPECT_EQ(SplitSequences("1", 10), (GptSplit{{{0, 10}, {10, 10}, {10, 10}}}));
  EXPECT_EQ(SplitSequences("98/2", 100), (GptSplit{{{0, 98}, {98, 100}, {100, 100}}}));
  EXPECT_EQ(SplitSequences("0.5, 0.5", 5), (GptSplit{{{0, 2}, {2, 5}, {5, 5}}})) << "half to even";
  EXPECT_EQ(SplitSequences("969, 30, 1", 1000), SplitSequences("969,30,1", 1000));
}

TEST(GptSplitTest, PartsTouchAndCoverEverySequence) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = std::to_string(random() % 1000) + "," +
                             std::to_string(random() % 100) + "," +
                             std::to_string(1 + random() % 9);
    const int64_t count = random() % (round % 2 == 0 ? 20 : 10000000);
    for (const auto rounding : {SplitRounding::kMegatron2025, SplitRounding::kMegatron2023}) {
      const GptSplit split = SplitSequences(text, count, rounding);
      ASSERT_EQ(split[0].begin, 0);
      ASSERT_EQ(split[0].end, split[1].begin) << text << " of " << count;
      ASSERT_EQ(split[1].end, split[2].begin) << text << " of " << count;
      ASSERT_EQ(split[2].end, count) << text << " of " << count;
    }
  }
}

TEST(GptSplitTest, RefusesWhatMegatronMisreads) {
  for (const std::string_view text : {"", ",", "0", "0,0,0", "-1,2", "1e-3,1", "a,b", "1,2,3,4",
                                      "1..2", "1,,2", "nan", "inf", "9/8,7", "1;2"}) {
    EXPECT_THAT([&] { SplitSequences(text, 10); }, ThrowsMessage<Error>(HasSubstr("split '")))
        << text;
  }
}

}  // namespace
}  // namespace owt::formats
