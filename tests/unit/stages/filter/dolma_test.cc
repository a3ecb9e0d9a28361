#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "stages/filter/dolma_gopher.h"

namespace owt::filter {
namespace {

// The value of a rule.
double Value(std::string_view text, std::string_view rule) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(true);
  HashCounter counter;
  WordRuns runs;
  JudgeDolmaQuality(parts, {}, &findings);
  JudgeDolmaRepetition(parts, {}, &counter, &runs, &findings);
  for (const Finding& finding : findings.list()) {
    if (finding.rule == rule) return finding.value;
  }
  return -1;
}

TEST(Dolma, MedianOfAllWords) {
  EXPECT_EQ(Value("a - bbbb cc", "gopher_below_avg_threshold"), 1.5);
  EXPECT_EQ(Value("a bbbb cc", "gopher_below_avg_threshold"), 2);
  EXPECT_EQ(Value("", "gopher_below_avg_threshold"), 0);
}

TEST(Dolma, WordsWithSymbols) {
  EXPECT_EQ(Value("## a\u2026# b \u2026", "gopher_too_many_symbols"), 0.75);
  EXPECT_EQ(Value("a... b", "gopher_too_many_symbols"), 0);
}

TEST(Dolma, LinesAsTheyStand) {
  EXPECT_EQ(Value("* a\n- b\n * c\n", "gopher_too_many_bullets"), 0.5);
  EXPECT_EQ(Value("a\u2026\nb\u2026 ", "gopher_too_many_end_ellipsis"), 0.5);
  EXPECT_EQ(Value("the the The", "gopher_enough_stop_words"), 2);
  EXPECT_EQ(Value("a\n\n\nb", "dup_line_frac"), 0.5);
  EXPECT_EQ(Value("a a\na a\nb", "dup_line_char_frac"), 6 / 5.0);  // blanks count above alone
}

TEST(Dolma, RunsOfWords) {
  EXPECT_EQ(Value("aa b c", "top_2_gram"), 3 / 4.0);  // once is a time, too
  EXPECT_EQ(Value("a b c d a b", "top_2_gram"), 4 / 6.0);
  EXPECT_EQ(Value("1 2 3 4 5 1 2 3 4 5", "duplicated_5_n_grams"), 10 / 30.0);
}

TEST(Dolma, LinesThatEnd) {
  const auto edit = [](std::string_view text) {
    TextParts parts;
    parts.Cut(text);
    std::string out = "old";
    Changes changes;
    KeepEndedLines(parts, &out, &changes);
    return out;
  };
  EXPECT_EQ(edit(" It is. \nno\n\n\"So?\"\nno"), " It is. \n\"So?\"\n");
  EXPECT_EQ(edit("It is.\n"), "It is.\n");
  EXPECT_EQ(edit(""), "");
}

}  // namespace
}  // namespace owt::filter
