#include "stages/filter/text_parts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

}  // namespace
}  // namespace owt::filter
