#include "stages/filter/word_breaks.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "stages/filter/judge.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {
namespace {

using Strings = std::vector<std::string>;

// The words of each line, with "|" for its end.
Strings WordsOf(std::string_view text) {
  WordBreaks breaks;
  TextParts parts;
  parts.Cut(text);
  parts.PartWords(breaks.Of(text));
  Strings words;
  for (const Line& line : parts.lines()) {
    for (uint32_t i = line.first_word; i < line.end_word; ++i) {
      words.emplace_back(parts.Of(parts.words()[i]));
    }
    words.emplace_back("|");
  }
  return words;
}

TEST(WordBreaks, PartMarksFromLetters) {
  EXPECT_EQ(WordsOf(""), Strings{"|"});
  EXPECT_EQ(WordsOf("It's 3.5, isn't it?\n\n(x_y) a-b"),
            (Strings{"It's", "3.5", ",", "isn't", "it", "?", "|", "|", "(", "x_y", ")", "a", "-",
                     "b", "|"}));
}

TEST(WordBreaks, PartScriptsWithoutSpaces) {
  EXPECT_EQ(WordsOf("\u0E20\u0E32\u0E29\u0E32\u0E44\u0E17\u0E22 ok"),
            (Strings{"\u0E20\u0E32\u0E29\u0E32", "\u0E44\u0E17\u0E22", "ok", "|"}));
  EXPECT_EQ(WordsOf("\u4E2D\u56FD\u4EBA\u6C11\u3002"),
            (Strings{"\u4E2D\u56FD", "\u4EBA\u6C11", "\u3002", "|"}));
  EXPECT_EQ(WordsOf("\u6771\u4EAC\u306B"), (Strings{"\u6771\u4EAC", "\u306B", "|"}));
}

TEST(WordBreaks, PartsAreMeasuredAnew) {
  const std::string text = "ab,\u00E9 ... \u4E2D\u56FD\u4EBA\u6C11";
  WordBreaks breaks;
  TextParts parts;
  parts.Cut(text);
  EXPECT_EQ(parts.num_non_symbol_words(), 2u);
  parts.PartWords(breaks.Of(text));
  ASSERT_EQ(parts.num_words(), 8u);  // ab , é . . . and two
  EXPECT_EQ(parts.words()[2].chars, 1u);
  EXPECT_EQ(parts.words()[1].traits, 0u);
  EXPECT_EQ(parts.words()[7].chars, 2u);
  EXPECT_EQ(parts.num_letter_words(), 4u);
  EXPECT_EQ(parts.num_non_symbol_words(), 4u);
  EXPECT_EQ(parts.num_non_symbol_chars(), 7u);
  EXPECT_EQ(parts.Stripped(), text);
}

// Bytes of all words stay, none is empty, and a text without a break stays as it is.
TEST(WordBreaks, PartsMakeTheWords) {
  std::mt19937 random(3);
  const Strings pieces = {"a",      "1",      ".",      "'",          "-",
                          " ",      "\n",     "\u0301", "\u0E01",     "\u4E2D",
                          "\u3042", "\u30AB", "\u2026", "\U0001F600", "\u200D"};
  WordBreaks breaks;
  TextParts parts, parted;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t n = random() % 60; n > 0; --n) text += pieces[random() % pieces.size()];
    parts.Cut(text);
    parted.Cut(text);
    parted.PartWords({});
    ASSERT_EQ(parted.num_words(), parts.num_words());
    parted.PartWords(breaks.Of(text));
    size_t i = 0;
    for (const Word& word : parts.words()) {
      uint32_t end = word.begin;
      uint32_t chars = 0;
      while (end < word.end) {
        ASSERT_LT(i, parted.words().size()) << text;
        const Word& part = parted.words()[i++];
        ASSERT_EQ(part.begin, end) << text;
        ASSERT_GT(part.end, part.begin) << text;
        end = part.end;
        chars += part.chars;
      }
      ASSERT_EQ(end, word.end) << text;
      ASSERT_EQ(chars, word.chars) << text;
    }
    ASSERT_EQ(i, parted.words().size());
    ASSERT_EQ(parted.lines().back().end_word, i);
  }
}

TEST(WordBreaks, AreForGopherAndFineWebAlone) {
  FilterRules rules;
  rules.gopher.quality.emplace();
  rules.c4.emplace();
  rules.c4->min_sentences = 0;
  rules.c4->min_line_words = 2;
  rules.c4->terminal_marks = false;
  const std::string text = "\u4E2D\u56FD\u4EBA\u6C11\u3002\n\u4E2D\u56FD \u4EBA\u6C11\u3002";
  for (const bool icu : {false, true}) {
    rules.icu_words = icu;
    filter::Judge judge(rules);
    judge.Read(text, "", true);
    EXPECT_EQ(judge.findings().list()[0].rule, "gopher_short_doc");
    EXPECT_EQ(judge.findings().list()[0].value, icu ? 4 : 3);
    EXPECT_EQ(judge.text(), "\u4E2D\u56FD \u4EBA\u6C11\u3002");  // c4: the other has one word
  }
}

}  // namespace
}  // namespace owt::filter
