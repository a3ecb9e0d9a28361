#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stages/filter/gopher_quality.h"
#include "stages/filter/gopher_repetition.h"
#include "tests/unit/stages/filter/no_quality.h"

namespace owt::filter {
namespace {

std::string Times(int count, std::string_view part) {
  std::string text;
  for (int i = 0; i < count; ++i) text += part;
  return text;
}

std::string Quality(std::string_view text, const GopherQualityRules& rules) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(false);
  if (!JudgeGopherQuality(parts, rules, &findings)) return "passes";
  return std::string(findings.first_failed().rule);
}

TEST(GopherQuality, NumberOfWords) {
  GopherQualityRules rules = NoQuality();
  rules.min_words = 3;
  EXPECT_EQ(Quality("one two - ... three", rules), "passes");  // symbols are no words
  EXPECT_EQ(Quality("one two - ...", rules), "gopher_short_doc");
  EXPECT_EQ(Quality("", rules), "gopher_short_doc");
  rules.min_words = 0;
  rules.max_words = 2;
  EXPECT_EQ(Quality("one two #", rules), "passes");
  EXPECT_EQ(Quality("one two 3", rules), "gopher_long_doc");
}

TEST(GopherQuality, MeanLengthOfWords) {
  GopherQualityRules rules = NoQuality();
  rules.min_word_length = 3;
  EXPECT_EQ(Quality("ab abcd !!!!!!", rules), "passes");
  EXPECT_EQ(Quality("ab abc", rules), "gopher_below_avg_threshold");
  EXPECT_EQ(Quality("\u00E9\u00E9\u00E9", rules), "passes");
  EXPECT_EQ(Quality("\u00E9\u00E9", rules), "gopher_below_avg_threshold");
  rules = NoQuality();
  rules.max_word_length = 3;
  EXPECT_EQ(Quality("ab abcd", rules), "passes");
  EXPECT_EQ(Quality("abc abcd", rules), "gopher_above_avg_threshold");
}

TEST(GopherQuality, SymbolsToWords) {
  GopherQualityRules rules = NoQuality();
  rules.max_symbols = 0.5;
  EXPECT_EQ(Quality("a#b c d#", rules), "gopher_too_many_hashes");
  EXPECT_EQ(Quality("a#b c d# e", rules), "passes");
  EXPECT_EQ(Quality("a... b\u2026 c", rules), "gopher_too_many_ellipsis");
  EXPECT_EQ(Quality("a... b\u2026 c d", rules), "passes");
  EXPECT_EQ(Quality("a..... b c", rules), "passes");  // one, and two dots
  EXPECT_EQ(Quality("a......", rules), "gopher_too_many_ellipsis");
}

TEST(GopherQuality, Lines) {
  GopherQualityRules rules = NoQuality();
  rules.max_bullet_lines = 0.5;
  EXPECT_EQ(Quality(" - a\n\u3000\u2022b\nc\nd", rules), "passes");
  EXPECT_EQ(Quality(" - a\n\u3000\u2022b\nc\n", rules), "gopher_too_many_bullets");
  EXPECT_EQ(Quality("-a\n\nc", rules), "passes");  // the empty line counts
  rules = NoQuality();
  rules.max_ellipsis_lines = 0.5;
  EXPECT_EQ(Quality("a... \nb\u2026\r\nc\nd", rules), "passes");
  EXPECT_EQ(Quality("a... \nb\u2026\r\nc", rules), "gopher_too_many_end_ellipsis");
  EXPECT_EQ(Quality(".. .\n.. .", rules), "passes");
}

TEST(GopherQuality, WordsWithLettersAndStopWords) {
  GopherQualityRules rules = NoQuality();
  rules.min_letter_words = 0.5;
  EXPECT_EQ(Quality("a1 \u3042 2 3", rules), "passes");
  EXPECT_EQ(Quality("a1 \u3042 2 3 4", rules), "gopher_below_alpha_threshold");
  rules = NoQuality();
  rules.min_stop_words = 2;
  EXPECT_EQ(Quality("the the the The", rules), "gopher_enough_stop_words");
  EXPECT_EQ(Quality("with the", rules), "passes");
  rules.stop_words = StopWords({"der", "und"});
  EXPECT_EQ(Quality("with the", rules), "gopher_enough_stop_words");
  EXPECT_EQ(Quality("und der", rules), "passes");
}

std::string Repetition(std::string_view text, const GopherRepetitionRules& rules = {}) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(false);
  HashCounter counter;
  Ngrams ngrams;
  if (!JudgeGopherRepetition(parts, rules, &counter, &ngrams, &findings)) return "passes";
  return std::string(findings.first_failed().rule);
}

TEST(GopherRepetition, LinesAndParagraphs) {
  EXPECT_EQ(Repetition(""), "empty");
  GopherRepetitionRules rules;
  rules.max_top_ngrams.fill(100);
  rules.max_ngrams.fill(1);
  rules.max_line_chars = rules.max_paragraph_chars = 0;
  rules.max_lines = 0;
  rules.max_paragraphs = 0.5;
  EXPECT_EQ(Repetition("\n\na\n\n\na", rules), "passes");
  EXPECT_EQ(Repetition("\n\na\n\n\na\n\na", rules), "dup_para_frac");
  EXPECT_EQ(Repetition("a\na\na", rules), "passes");
  EXPECT_EQ(Repetition("a\n\n \n\n\t\n\na", rules), "passes");  // two that are not empty, but blank
  rules.max_paragraphs = 0;
  rules.max_lines = 0.5;
  EXPECT_EQ(Repetition("a\n\na\na", rules), "dup_line_frac");
  EXPECT_EQ(Repetition("a\n\na\nb", rules), "passes");
  EXPECT_EQ(Repetition("\n", rules), "passes");  // two empty lines, one of them again: a half
  rules.max_lines = 0.4;
  EXPECT_EQ(Repetition("\n", rules), "dup_line_frac");
}

TEST(GopherRepetition, Characters) {
  GopherRepetitionRules rules;
  rules.max_top_ngrams.fill(100);
  rules.max_ngrams.fill(1);
  rules.max_lines = rules.max_paragraphs = 0;
  rules.max_line_chars = 0.25;
  rules.max_paragraph_chars = 0;
  EXPECT_EQ(Repetition("ab\ncd\nab", rules), "passes");
  EXPECT_EQ(Repetition("ab\nc\nab", rules), "dup_line_char_frac");
  rules.max_line_chars = 0;
  rules.max_paragraph_chars = 0.25;
  EXPECT_EQ(Repetition("ab\n\nab\n\ncd", rules), "passes");
  EXPECT_EQ(Repetition("abc\n\nabc\n\nd", rules), "dup_para_char_frac");
}

TEST(GopherRepetition, Words) {
  GopherRepetitionRules rules;
  rules.max_ngrams.fill(1);
  rules.max_top_ngrams = {0.5, 100, 100};
  EXPECT_EQ(Repetition("a b xyzu a b", rules), "passes");  // 6 of 12
  EXPECT_EQ(Repetition("a b xyz a b", rules), "top_2_gram");
  rules.max_top_ngrams.fill(100);
  rules.max_ngrams[0] = 5.0 / 19;
  EXPECT_EQ(Repetition("a b c d e a b c d e", rules), "passes");
  rules.max_ngrams[0] = 0.26;
  EXPECT_EQ(Repetition("a b c d e a b c d e", rules), "duplicated_5_n_grams");
}

TEST(GopherRepetition, TheDefaultsKeepProse) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i * 7919 % 1000) + " ";
  EXPECT_EQ(Repetition(text), "passes");
  EXPECT_EQ(Repetition(Times(40, "again and again ")), "top_2_gram");
}

}  // namespace
}  // namespace owt::filter
