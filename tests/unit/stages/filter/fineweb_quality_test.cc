#include "stages/filter/fineweb_quality.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::filter {
namespace {

std::string Judge(std::string_view text, const FineWebRules& rules) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(false);
  HashCounter counter;
  if (!JudgeFineWeb(parts, rules, &counter, &findings)) return "passes";
  return std::string(findings.first_failed().rule);
}

FineWebRules Off() {
  FineWebRules rules;
  rules.min_punct_lines = 0;
  rules.max_short_lines = rules.max_repeated = 1;
  rules.max_line_feeds = 1000;
  return rules;
}

TEST(FineWeb, EmptyTexts) {
  EXPECT_EQ(Judge("", Off()), "empty");
  EXPECT_EQ(Judge(" \n\u3000", Off()), "empty");
  EXPECT_EQ(Judge("a", Off()), "passes");
}

TEST(FineWeb, LinesWithMarks) {
  FineWebRules rules = Off();
  rules.min_punct_lines = 0.5;
  EXPECT_EQ(Judge("a.\n\nb", rules), "passes");
  EXPECT_EQ(Judge("a.\n\nb\nc", rules), "line_punct_ratio");
  EXPECT_EQ(Judge("a. \nb\u3002", rules), "passes");  // the first ends in a blank
  EXPECT_EQ(Judge("a. \nb\"", rules), "line_punct_ratio");
  EXPECT_EQ(Judge("a", rules), "line_punct_ratio");
  rules.allow_no_punct = true;
  EXPECT_EQ(Judge("a", rules), "passes");
}

TEST(FineWeb, ShortLines) {
  FineWebRules rules = Off();
  rules.max_short_lines = 0.5;
  rules.short_line = 2;
  EXPECT_EQ(Judge("\u00E9\u00E9\nabc", rules), "passes");
  EXPECT_EQ(Judge("\u00E9\u00E9\nabc\nd", rules), "short_line_ratio");
}

TEST(FineWeb, RepeatedLinesAndLineFeeds) {
  FineWebRules rules = Off();
  rules.max_repeated = 0.25;
  EXPECT_EQ(Judge("ab\ncdef\nab", rules), "passes");
  EXPECT_EQ(Judge("ab\ncde\nab", rules), "char_dup_ratio");
  rules = Off();
  rules.max_line_feeds = 0.5;
  EXPECT_EQ(Judge("a b\nc d\n", rules), "passes");
  EXPECT_EQ(Judge("a b\nc d\n\n", rules), "list_ratio");
}

}  // namespace
}  // namespace owt::filter
