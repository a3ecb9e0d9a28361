#include "stages/text/ngram_scorer.h"

#include <gtest/gtest.h>

#include <string>

#include "formats/arpa_reader.h"
#include "tests/support/ngram_model_bytes.h"

namespace owt::text {
namespace {

class NgramScorerTest : public ::testing::Test {
 protected:
  NgramScorerTest() : input_(tests::kSmallArpa), model_(formats::ReadArpa(input_, "m")) {}

  float Score(std::string_view sentence) {
    const formats::NgramTables tables = model_.Finish();
    words_ = 0;
    return NgramScorer(tables).Score(sentence, &words_);
  }

  tests::MemoryInput input_;
  formats::NgramBuilder model_;
  uint64_t words_ = 0;
};

TEST_F(NgramScorerTest, TakesTheLongestNgrams) {
  EXPECT_EQ(Score("a b"), -0.25f - 0.03125f - 0.0625f);
  EXPECT_EQ(words_, 3u);
}

TEST_F(NgramScorerTest, BacksOff) {
  EXPECT_EQ(Score(""), -0.75f - 0.5f);
  EXPECT_EQ(words_, 1u);
  // b after <s>; a after b; the end after "b a" is no trigram, after a no bigram.
  EXPECT_EQ(Score("b a"), -0.875f - 0.75f + (-0.75f - 0.25f - 0.0625f));
}

TEST_F(NgramScorerTest, AnUnknownWordEndsTheContext) {
  EXPECT_EQ(Score("x"), (-1 - 0.5f) - 0.75f);
  EXPECT_EQ(Score("a x b"), -0.25f + (-1 - 0.25f - 0.375f) - 0.625f - 0.125f);
}

TEST_F(NgramScorerTest, FindsAnNgramWhoseSuffixWasPruned) {
  EXPECT_EQ(Score("b b"), -0.875f - 0.015625f - 0.125f);
}

TEST_F(NgramScorerTest, WordsAreWhatWhiteSpaceOfAsciiParts) {
  EXPECT_EQ(Score(" \t a\r\n\v\fb "), Score("a b"));
  EXPECT_EQ(words_, 3u);
  EXPECT_EQ(Score("a\u00A0b"), Score("x"));
}

// Sentences are looked up in blocks; what they say of each other must not depend on where those
// end.
TEST_F(NgramScorerTest, BlocksDoNotShow) {
  std::string sentence;
  float sum = -0.25f;
  for (int pairs = 1; pairs <= 100; ++pairs) {
    sentence += pairs == 1 ? "a b" : " a b";
    sum += pairs == 1 ? -0.03125f : -0.75f + (-0.5f - 0.0625f);
    EXPECT_EQ(Score(sentence), sum - 0.0625f) << pairs;
  }
}

}  // namespace
}  // namespace owt::text
