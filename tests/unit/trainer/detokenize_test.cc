#include "trainer/evaluate/detokenize.h"

#include <gtest/gtest.h>

#include "trainer/evaluate/last_word.h"

namespace owt::trainer {
namespace {

std::string Wikitext(std::string_view text) { return Detokenize(Detokenizer::kWikitext, text); }

TEST(DetokenizeTest, WikitextBecomesText) {
  EXPECT_EQ(Wikitext(" = Robert Boulter = \n"), " = Robert Boulter =\n");
  EXPECT_EQ(Wikitext("= = Career = ="), "== Career ==");
  EXPECT_EQ(Wikitext("= = = A = = = \n = = = = B = = = ="), "=== A ===\n==== B ====");
  EXPECT_EQ(Wikitext("a well @-@ known 1 @,@ 000 and 3 @.@ 5"), "a well-known 1,000 and 3.5");
  EXPECT_EQ(Wikitext("one , two ; three : four . five ! six ? seven"),
            "one, two; three: four. five! six? seven");
  EXPECT_EQ(Wikitext("( in 1998 ) [ see ] { x }"), "(in 1998) [see] {x}");
  EXPECT_EQ(Wikitext("the \" Gold Coast \" and ' one '"), "the \"Gold Coast\" and 'one'");
  EXPECT_EQ(Wikitext("the boys ' dog"), "the boys' dog");
  EXPECT_EQ(Wikitext("Tom 's cat"), "Tom's cat");
  EXPECT_EQ(Wikitext("40 \u00B0 C , N items in N rows"), "40\u00B0C, 1 items in 1 rows");
}

TEST(DetokenizeTest, MarksPairFromTheFrontAcrossLines) {
  EXPECT_EQ(Wikitext("( a ( b ) c )"), "(a ( b) c )");
  EXPECT_EQ(Wikitext("\" a\nb \" c \" d"), "\"a\nb\" c \" d");
  EXPECT_EQ(Wikitext("(\u00A0\u3000)"), "()");
  EXPECT_EQ(Wikitext("the boys ' dog , Tom 's cat"), "the boys'dog, Tom's cat");
  EXPECT_EQ(Wikitext("( never closed"), "( never closed");
  EXPECT_EQ(Wikitext(") ("), ") (");
}

TEST(DetokenizeTest, TheReferencesOddities) {
  EXPECT_EQ(Wikitext("a/' 7/b"), "a/'[0-9]/b");
  EXPECT_EQ(Wikitext("/' 7/' 8/"), "/'[0-9]/' 8/");
  EXPECT_EQ(Wikitext("/' 7"), "/' 7");
  EXPECT_EQ(Wikitext("a , , b"), "a, , b");  // what was replaced is not looked at again
}

TEST(DetokenizeTest, PtbAndNone) {
  EXPECT_EQ(Detokenize(Detokenizer::kPtb, "it 's \n $ N , did n't # N million"),
            "it's\n$1 , didn't #1 million");
  EXPECT_EQ(Detokenize(Detokenizer::kPtb, "we do n't \n rise N %"), "we don't\nrise1 %");
  EXPECT_EQ(Detokenize(Detokenizer::kNone, "a , b"), "a , b");
}

TEST(LastWordTest, StandsBetweenWhiteSpace) {
  EXPECT_EQ(SplitLastWord("the end").before, "the ");
  EXPECT_EQ(SplitLastWord("the end").word, "end");
  EXPECT_EQ(SplitLastWord("a\u3000\u00E9t\u00E9\u00A0\n").word, "\u00E9t\u00E9");
  EXPECT_EQ(SplitLastWord("a\u3000\u00E9t\u00E9\u00A0\n").before, "a\u3000");
  EXPECT_EQ(SplitLastWord("word").before, "");
  EXPECT_EQ(SplitLastWord(" \n").word, "");
}

}  // namespace
}  // namespace owt::trainer
