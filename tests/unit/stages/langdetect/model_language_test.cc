#include "stages/langdetect/model_language.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "pipeline/error.h"
#include "tests/support/fasttext_model_bytes.h"
#include "tests/support/scratch_folder.h"

namespace owt::langdetect {
namespace {

class LanguageModelTest : public ::testing::Test {
 protected:
  // Knows the words "a", which is English, and "b", which is traditional Chinese.
  LanguageModel Make() {
    tests::FasttextModelBytes bytes;
    bytes.labels = {{"__label__eng_Latn", 2}, {"__label__cmn_Hant", 1}};
    for (float& weight : bytes.output) weight *= 50;
    const std::string path = scratch_.File("m.bin");
    std::ofstream(path, std::ios::binary) << bytes.Make();
    return LanguageModel(path);
  }

  tests::ScratchFolder scratch_;
};

TEST_F(LanguageModelTest, LabelCodeProbability) {
  const LanguageModel model = Make();
  const ModelAnswer answer = model.Detect("b\nb");
  EXPECT_EQ(answer.label, "cmn_Hant");
  EXPECT_EQ(answer.code, "zh-Hant");
  EXPECT_EQ(answer.probability, 1.f);  // fastText's own is 1.00001
}

TEST_F(LanguageModelTest, WithoutLettersNoAnswer) {
  const LanguageModel model = Make();
  EXPECT_EQ(model.Detect("").label, "");
  EXPECT_EQ(model.Detect(std::string(100'000, '?')).label, "");
  EXPECT_EQ(model.Detect("1 \U0001F600").label, "");
}

TEST_F(LanguageModelTest, CapitalsAreLowered) {
  const LanguageModel model = Make();
  EXPECT_EQ(model.Detect("B B B").label, "cmn_Hant");
  EXPECT_NEAR(model.Detect("B").probability, 0.5f, 1e-4);  // one letter is not; the word is unknown
}

TEST_F(LanguageModelTest, KnowsLabelsAndCodes) {
  const LanguageModel model = Make();
  for (const char* name : {"en", "eng_Latn", "zh-Hant", "cmn_Hant"}) {
    EXPECT_TRUE(model.Knows(name)) << name;
  }
  for (const char* name : {"", "eng", "zh", "und", "__label__eng_Latn"}) {
    EXPECT_FALSE(model.Knows(name)) << name;
  }
}

TEST_F(LanguageModelTest, MissingFile) {
  EXPECT_THROW(LanguageModel(scratch_.File("none")), Error);
}

}  // namespace
}  // namespace owt::langdetect
