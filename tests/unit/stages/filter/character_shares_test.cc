#include "stages/filter/character_shares.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace owt::filter {
namespace {

std::map<std::string, double> Values(std::string_view text) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(true);
  JudgeCharacters(parts, {}, &findings);
  std::map<std::string, double> values;
  for (const Finding& finding : findings.list()) values[std::string(finding.rule)] = finding.value;
  return values;
}

TEST(Characters, Shares) {
  const auto values = Values("ab1\u0661 \t(\u27E9z");
  EXPECT_EQ(values.at("alpha_numeric"), 5.0 / 9);
  EXPECT_EQ(values.at("numbers_ratio"), 1.0 / 9);
  EXPECT_EQ(values.at("white_space"), 2.0 / 9);
  EXPECT_EQ(values.at("parentheses_ratio"), 2.0 / 9);
  EXPECT_EQ(values.at("max_word_length"), 4.0);
  EXPECT_EQ(values.at("urls_ratio"), 0.0);
}

TEST(Characters, Urls) {
  EXPECT_EQ(Values("http://a.b/c").at("urls_ratio"), 10.0 / 12);
  EXPECT_EQ(Values("https://https://x").at("urls_ratio"), 13.0 / 17);
  EXPECT_EQ(Values("xhttp://%41%4").at("urls_ratio"), 10.0 / 13);
  EXPECT_EQ(Values("http:// ://a").at("urls_ratio"), 0.0);
}

TEST(Characters, EdgesAndEmptyTexts) {
  EXPECT_EQ(Values("").at("white_space"), 1.0);
  TextParts parts;
  Findings findings;
  findings.Clear(false);
  parts.Cut("abc ");
  EXPECT_FALSE(JudgeCharacters(parts, {}, &findings));  // 0.25, and no more
  findings.Clear(false);
  parts.Cut("ab ");
  EXPECT_TRUE(JudgeCharacters(parts, {}, &findings));
  EXPECT_EQ(findings.first_failed().rule, "alpha_numeric");
}

}  // namespace
}  // namespace owt::filter
