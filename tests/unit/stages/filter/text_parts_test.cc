#include "stages/filter/text_parts.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "stages/filter/character_sets.h"

namespace owt::filter {
namespace {

struct Cut {
  std::vector<std::string> words, lines, split_lines;
};

Cut CutText(std::string_view text) {
  TextParts parts;
  parts.Cut("what\nstood here before");
  parts.Cut(text);
  Cut cut;
  for (const Word& word : parts.words()) cut.words.emplace_back(parts.Of(word));
  for (const Line& line : parts.lines()) cut.lines.emplace_back(parts.Of(line));
  for (const Line& line : parts.split_lines()) cut.split_lines.emplace_back(parts.Of(line));
  return cut;
}

using Strings = std::vector<std::string>;

TEST(TextParts, WordsAreThoseOfPythonsSplit) {
  EXPECT_EQ(CutText("").words, Strings{});
  EXPECT_EQ(CutText(" \n\t ").words, Strings{});
  EXPECT_EQ(CutText("a  bc\u00A0d\u3000e\x1F"
                    "f\u2028g\u1680")
                .words,
            (Strings{"a", "bc", "d", "e", "f", "g"}));
  EXPECT_EQ(CutText("a\u200Bb\uFEFF\u180E").words, Strings{"a\u200Bb\uFEFF\u180E"});
  EXPECT_EQ(CutText("\u00E9\u00C2x").words, Strings{"\u00E9\u00C2x"});
}

TEST(TextParts, LinesAreThoseOfPythonsSplitAndSplitlines) {
  EXPECT_EQ(CutText("").lines, Strings{""});
  EXPECT_EQ(CutText("").split_lines, Strings{});
  EXPECT_EQ(CutText("\n").lines, (Strings{"", ""}));
  EXPECT_EQ(CutText("\n").split_lines, Strings{""});
  EXPECT_EQ(CutText("a\r\nb\rc\n").lines, (Strings{"a\r", "b\rc", ""}));
  EXPECT_EQ(CutText("a\r\nb\rc\n").split_lines, (Strings{"a", "b", "c"}));
  EXPECT_EQ(CutText("\r\r\n\n\r").split_lines, (Strings{"", "", "", ""}));
  EXPECT_EQ(CutText("a\vb\fc\x1C"
                    "d\x1D"
                    "e\x1E"
                    "f\u0085g\u2028h\u2029i\x1Fj")
                .split_lines,
            (Strings{"a", "b", "c", "d", "e", "f", "g", "h", "i\x1Fj"}));
}

TEST(TextParts, CountsCodePoints) {
  TextParts parts;
  parts.Cut("\u00E9\u20AC \U0001F600\u2028x\u3000yz\nab\u00DF");
  EXPECT_EQ(parts.num_chars(), 13u);
  ASSERT_EQ(parts.words().size(), 5u);
  EXPECT_EQ(parts.words()[0].chars, 2u);
  EXPECT_EQ(parts.words()[1].chars, 1u);
  ASSERT_EQ(parts.lines().size(), 2u);
  EXPECT_EQ(parts.lines()[0].chars, 9u);
  EXPECT_EQ(parts.lines()[1].chars, 3u);
  ASSERT_EQ(parts.split_lines().size(), 3u);
  EXPECT_EQ(parts.split_lines()[0].chars, 4u);
  EXPECT_EQ(parts.split_lines()[1].chars, 4u);
  EXPECT_EQ(parts.split_lines()[1].first_word, 2u);
  EXPECT_EQ(parts.split_lines()[1].end_word, 4u);
  EXPECT_EQ(parts.split_lines()[2].chars, 3u);
}

TEST(TextParts, KnowsLettersAndSymbols) {
  TextParts parts;
  parts.Cut("abc ... 12 \u2014 \u3042\u3002 \u2019s \u20AC \u2026 _");
  EXPECT_EQ(parts.words().size(), 9u);
  EXPECT_EQ(parts.num_letter_words(), 3u);
  EXPECT_EQ(parts.num_non_symbol_words(), 5u);  // abc, 12, the two with letters, the euro sign
  EXPECT_EQ(parts.num_non_symbol_chars(), 3u + 2 + 2 + 2 + 1);
  EXPECT_EQ(parts.num_ellipses(), 1u);
}

TEST(TextParts, StripsWhiteSpace) {
  TextParts parts;
  parts.Cut("\n\u3000 a b\t\u2029");
  EXPECT_EQ(parts.Stripped(), "a b");
  parts.Cut(" \n");
  EXPECT_EQ(parts.Stripped(), "");
}

// All of ASCII and some characters beyond, in blocks and across them; often the same few, so that
// words and runs of white space are long, too.
std::string RandomText(std::mt19937* random) {
  constexpr std::string_view kUsual = " \n\r\t\v-=.a1bZ";
  const auto next = [random](size_t below) { return (*random)() % below; };
  const size_t usual = next(kUsual.size()) + 1;
  const size_t stay = next(20) + 1;  // characters in a row that are the same
  const bool all_ascii = next(3) != 0;
  std::string text;
  std::string last = "x";
  for (size_t size = next(400); text.size() < size; text += last) {
    if (next(stay) != 0) continue;
    last = next(8) == 0 ? std::string(1, static_cast<char>(next(128)))
                        : std::string(1, kUsual[next(usual)]);
    if (!all_ascii && next(30) == 0) last = next(2) == 0 ? "\u00E9" : "\u2028";
  }
  return text;
}

// Of ASCII and RandomText's characters beyond.
bool IsWhite(char32_t c) { return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x2028; }

TEST(TextParts, EqualsCuttingCharacterByCharacter) {
  std::mt19937 random(5);
  TextParts parts, counted;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = RandomText(&random);
    std::vector<Word> words;
    uint64_t letter_words = 0, non_symbol_words = 0, non_symbol_chars = 0, chars = 0;
    for (size_t i = 0; i < text.size(); ++chars) {
      uint32_t length;
      const char32_t c = DecodeValid(text.data() + i, &length);
      const auto begin = static_cast<uint32_t>(i);
      i += length;
      if (IsWhite(c)) continue;
      if (words.empty() || words.back().end != begin) words.push_back({begin, begin, 0, 0});
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == 0xE9;
      Word& word = words.back();
      word.end = begin + length;
      ++word.chars;
      word.traits |= letter ? kHasLetter | kHasNonSymbol : 0u;
      word.traits |= c >= '0' && c <= '9' ? kHasNonSymbol : 0u;
    }
    for (const Word& word : words) {
      letter_words += word.traits & kHasLetter;
      non_symbol_words += word.traits / kHasNonSymbol;
      non_symbol_chars += word.chars * (word.traits / kHasNonSymbol);
    }
    parts.Cut(text);
    ASSERT_EQ(parts.num_chars(), chars);
    ASSERT_EQ(parts.words().size(), words.size()) << text;
    for (size_t i = 0; i < words.size(); ++i) {
      const Word& word = parts.words()[i];
      ASSERT_EQ(word.begin, words[i].begin) << text;
      ASSERT_EQ(word.end, words[i].end) << text;
      ASSERT_EQ(word.chars, words[i].chars) << text;
      ASSERT_EQ(word.traits, words[i].traits) << text;
    }
    ASSERT_EQ(parts.num_letter_words(), letter_words);
    ASSERT_EQ(parts.num_non_symbol_words(), non_symbol_words);
    ASSERT_EQ(parts.num_non_symbol_chars(), non_symbol_chars);
    uint32_t first_word = 0;
    for (const Line& line : parts.split_lines()) {
      ASSERT_EQ(line.first_word, first_word) << text;
      while (first_word < words.size() && words[first_word].begin < line.end) ++first_word;
      ASSERT_EQ(line.end_word, first_word) << text;
    }

    counted.CutLines(text);
    ASSERT_EQ(counted.num_chars(), chars);
    ASSERT_EQ(counted.num_words(), words.size());
    ASSERT_TRUE(counted.words().empty());
    ASSERT_EQ(counted.lines().size(), parts.lines().size());
    for (size_t i = 0; i < parts.lines().size(); ++i) {
      ASSERT_EQ(counted.Of(counted.lines()[i]), parts.Of(parts.lines()[i]));
      ASSERT_EQ(counted.lines()[i].first_word, parts.lines()[i].first_word);
      ASSERT_EQ(counted.lines()[i].end_word, parts.lines()[i].end_word);
      ASSERT_EQ(counted.lines()[i].chars, parts.lines()[i].chars);
    }
  }
}

}  // namespace
}  // namespace owt::filter
