#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "stages/filter/dclm_gopher.h"
#include "stages/filter/dclm_lines.h"
#include "stages/filter/dclm_phrases.h"
#include "tests/unit/stages/filter/no_quality.h"

namespace owt::filter {
namespace {

std::string DclmQuality(std::string_view text, const GopherQualityRules& rules) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(false);
  if (!JudgeDclmQuality(parts, rules, &findings)) return "passes";
  return std::string(findings.first_failed().rule);
}

// The value of a rule of repetition.
double Value(std::string_view text, std::string_view rule) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(true);
  HashCounter counter;
  WordRuns runs;
  JudgeDclmRepetition(parts, {}, &counter, &runs, &findings);
  for (const Finding& finding : findings.list()) {
    if (finding.rule == rule) return finding.value;
  }
  return -1;
}

TEST(DclmQuality, WordsBeginWithALetterOrDigit) {
  GopherQualityRules rules = NoQuality();
  rules.min_words = 2;
  EXPECT_EQ(DclmQuality("one \u00E92 \"two", rules), "passes");
  EXPECT_EQ(DclmQuality("one \"two -", rules), "gopher_short_doc");
  rules = NoQuality();
  rules.min_word_length = 2;
  EXPECT_EQ(DclmQuality("a ---", rules), "passes");  // all words have a length
  EXPECT_EQ(DclmQuality("a --", rules), "gopher_below_avg_threshold");
  EXPECT_EQ(DclmQuality(" ", rules), "empty");
}

TEST(DclmQuality, SymbolsAreAddedUp) {
  GopherQualityRules rules = NoQuality();
  rules.max_symbols = 0.5;
  EXPECT_EQ(DclmQuality("# a\u2026 b c", rules), "passes");
  EXPECT_EQ(DclmQuality("# a\u2026 b... c", rules), "gopher_too_many_symbols");
  EXPECT_EQ(DclmQuality(". . . #", rules), "passes");
  EXPECT_EQ(DclmQuality(". . . ## #", rules), "gopher_too_many_symbols");
}

TEST(DclmQuality, LinesAndStopWords) {
  GopherQualityRules rules = NoQuality();
  rules.max_bullet_lines = 0.5;
  EXPECT_EQ(DclmQuality("  * a\n\nb", rules), "passes");
  EXPECT_EQ(DclmQuality("* a\n \u25CF b\n\nc", rules), "gopher_too_many_bullets");
  rules = NoQuality();
  rules.max_ellipsis_lines = 0.5;
  EXPECT_EQ(DclmQuality("a. . . \nb\u2026\nc", rules), "gopher_too_many_end_ellipsis");
  rules = NoQuality();
  rules.min_stop_words = 2;
  EXPECT_EQ(DclmQuality("The cat and the dog", rules), "passes");
  EXPECT_EQ(DclmQuality("THE THE", rules), "passes");
  EXPECT_EQ(DclmQuality("the cat, then", rules), "gopher_enough_stop_words");
}

TEST(DclmRepetition, AllOfEqualPartsAreRepeated) {
  EXPECT_EQ(Value("a\n b\na \nc", "dup_line_frac"), 0.5);
  EXPECT_EQ(Value("aa\nb\n\naa", "dup_line_char_frac"), 0.8);
  EXPECT_EQ(Value("a\nb\n\na\nb\n\n\n\nc", "dup_para_frac"), 2 / 3.0);
  EXPECT_EQ(Value("a", "dup_line_frac"), 0);
  EXPECT_EQ(Value(" \n", "empty"), 0);
}

TEST(DclmRepetition, RunsOfWords) {
  EXPECT_EQ(Value("a b c d", "top_2_gram"), 0);
  EXPECT_EQ(Value("a bb a bb - cc dd cc dd x", "top_2_gram"), 8 / 15.0);  // the longest of two
  // "1 2 3 4 5" at places 0 and 1 of "1 1 1 1 1 1": all words.
  EXPECT_EQ(Value("1 1 1 1 1 1", "duplicated_5_n_grams"), 1);
  EXPECT_EQ(Value("1 2 3 4 5 x 1 2 3 4 5 yy", "duplicated_5_n_grams"), 10 / 13.0);
  EXPECT_EQ(Value("1 2 3 4 5 x 1 2 3 4 5 yy", "duplicated_6_n_grams"), 0);
}

// The text that stays, or the reason in brackets.
std::string DclmEdit(std::string_view text, const DclmLineRules& rules) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(false);
  Changes changes;
  DclmLineEditor editor;
  if (editor.Edit(parts, rules, &findings, &changes)) {
    return "<" + std::string(findings.first_failed().rule) + ">";
  }
  return editor.text();
}

TEST(DclmLines, LinesGo) {
  DclmLineRules rules;
  rules.max_removed_words = 1;
  EXPECT_EQ(DclmEdit("ABCd ef\n1234\nAB CD\n3 likes\none\n\ntwo words", rules),
            "ABCd ef\n\ntwo words");
  EXPECT_EQ(DclmEdit("ABC def\n1234 5", rules), "ABC def\n1234 5");  // not more than half
  EXPECT_EQ(DclmEdit("a b\n\n\n\nc d\n", rules), "a b\n\nc d");
  EXPECT_EQ(DclmEdit(" \n\n AB", rules), "<empty>");
}

TEST(DclmLines, PhrasesGo) {
  DclmLineRules rules;
  rules.max_removed_words = 1;
  EXPECT_EQ(
      DclmEdit("three items in cart\nI like it. Read more >>\nsign-in to see\nRead more...", rules),
      "three\nI like it.\nto see");
  const std::string nine = "1 2 3 4 5 6 7 8";
  EXPECT_EQ(DclmEdit("sign-in " + nine + " 9", rules), nine + " 9");
  EXPECT_EQ(DclmEdit("sign-in " + nine + " 9 10", rules), "sign-in " + nine + " 9 10");
}

TEST(DclmLines, TextsThatLoseWordsGo) {
  const std::string words = "w w w w w w w w w w w w w w w w w w w";
  EXPECT_EQ(DclmEdit(words + "\none", {}), words);  // 1 of 20
  EXPECT_EQ(DclmEdit(words.substr(2) + "\none", {}), "<dclm_removed_words>");
}

TEST(DclmPhrases, Counters) {
  std::string scratch;
  for (const char* line :
       {"3 likes", "(1,200.5K  Views)", "\u0663\u2028shares!", "5\u212A views"}) {
    EXPECT_TRUE(IsCounterLine(line, &scratch)) << line;
  }
  for (const char* line : {"3likes", "likes", "3 like", "3kk likes", "x3 likes", "3 likes more"}) {
    EXPECT_FALSE(IsCounterLine(line, &scratch)) << line;
  }
}

}  // namespace
}  // namespace owt::filter
