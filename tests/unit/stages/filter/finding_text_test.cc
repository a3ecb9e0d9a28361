#include "stages/filter/finding_text.h"

#include <gtest/gtest.h>

namespace owt::filter {
namespace {

TEST(FindingText, ValueThresholdPlace) {
  Findings findings;
  findings.Clear(true);
  findings.AtLeast("gopher_short_doc", 43, 50);
  EXPECT_EQ(FindingText(findings.first_failed(), 210), "43 words, at least 50, bytes 0..210");
  findings.AtMost("curly_bracket", 1, 0);
  findings.At(12, 20);
  EXPECT_EQ(FindingText(findings.list()[1], 210), "1 lines with {, at most 0, bytes 12..20");
  findings.AtMost("hard_blacklisted", 1, 0);
  EXPECT_EQ(FindingText(findings.list()[2], 210), "1 listed words in the URL, at most 0");
  EXPECT_EQ(FailuresText(findings),
            "fails gopher_short_doc: 43 (at least 50); curly_bracket: 1 (at most 0); "
            "hard_blacklisted: 1 (at most 0)");
}

TEST(FindingText, NumbersThatNeedDigits) {
  const Finding brief{"some_rule", 2 / 3.0, 0.5, true};
  EXPECT_EQ(FindingText(brief, 9), "0.6667, at most 0.5, bytes 0..9");
  const Finding close{"some_rule", 0.1 + 0.2, 0.3, true};
  EXPECT_EQ(FindingText(close, 9), "0.30000000000000004, at most 0.3, bytes 0..9");
  const Finding many{"gopher_long_doc", 123456, 100000, true};
  EXPECT_EQ(FindingText(many, 9), "123456 words, at most 100000, bytes 0..9");
}

TEST(FindingText, Changes) {
  Changes changes;
  changes.Clear();
  EXPECT_EQ(ChangesText(changes), "");
  changes.Note("citation", 30);
  changes.Note("policy", 120);
  changes.Note("citation", 60);
  EXPECT_EQ(ChangesText(changes), "citation 2 times, first at byte 30; policy once, at byte 120");
}

}  // namespace
}  // namespace owt::filter
