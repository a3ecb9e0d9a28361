#include "stages/filter/fasttext_quality.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "pipeline/error.h"
#include "tests/support/fasttext_model_bytes.h"
#include "tests/support/scratch_folder.h"

namespace owt::filter {
namespace {

class FasttextRuleTest : public ::testing::Test {
 protected:
  FasttextRuleTest() : path_(scratch_.File("m.bin")) {
    // "a" speaks for x, "b" for y.
    tests::FasttextModelBytes bytes;
    for (float& weight : bytes.output) weight *= 50;
    std::ofstream(path_, std::ios::binary) << bytes.Make();
  }

  double Score(std::string_view text, std::string_view label) const {
    const FasttextRule rule(path_, label, 0.5);
    FasttextJudge judge(rule);
    TextParts parts;
    parts.Cut(text);
    Findings findings;
    findings.Clear(true);
    judge.Ask(parts, &findings);
    EXPECT_EQ(findings.failed(), findings.list()[0].value < 0.5);
    return findings.list()[0].value;
  }

  tests::ScratchFolder scratch_;
  std::string path_;
};

TEST_F(FasttextRuleTest, ScoreOfTheLabel) {
  EXPECT_EQ(Score("a", "__label__x"), 1);
  EXPECT_EQ(Score("a", "x"), 1);
  EXPECT_LT(Score("a", "y"), 1e-4);
}

TEST_F(FasttextRuleTest, LineEndsAreBlanks) {
  EXPECT_EQ(Score("\u3000a\u2028a\x1C"
                  "a\u0085a\u00A0",
                  "x"),
            1);
  EXPECT_NEAR(Score("\u3000", "x"), 0.5, 1e-4);  // of the end of the line alone
}

TEST_F(FasttextRuleTest, UnknownLabel) {
  try {
    FasttextRule(path_, "hq", 0.5);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("__label__x, __label__y"), std::string::npos);
  }
}

}  // namespace
}  // namespace owt::filter
