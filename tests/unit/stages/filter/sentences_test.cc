#include "stages/filter/sentences.h"

#include <gtest/gtest.h>

namespace owt::filter {
namespace {

TEST(CountSentences, EndsBehindMarksThatWhiteSpaceFollows) {
  EXPECT_EQ(CountSentences(""), 1u);
  EXPECT_EQ(CountSentences("   "), 1u);
  EXPECT_EQ(CountSentences("no mark"), 1u);
  EXPECT_EQ(CountSentences("One."), 1u);
  EXPECT_EQ(CountSentences("One. two"), 2u);
  EXPECT_EQ(CountSentences("One. Two? Three!"), 3u);
  EXPECT_EQ(CountSentences("3.14 and a.b.c"), 1u);
  EXPECT_EQ(CountSentences("Wait... what?! Yes."), 3u);
  EXPECT_EQ(CountSentences("\u0915\u0964 \u0916\u0964"), 2u);
}

TEST(CountSentences, ClosersBelongToTheSentence) {
  EXPECT_EQ(CountSentences("\"One.\" (Two.) \u201CThree.\u201D"), 3u);
  EXPECT_EQ(CountSentences("One.\"two"), 1u);
  EXPECT_EQ(CountSentences("One.\". Two"), 2u);
}

TEST(CountSentences, IdeographicMarksNeedNoWhiteSpace) {
  EXPECT_EQ(CountSentences("\u4E00\u3002\u4E8C\uFF01\u4E09"), 3u);
  EXPECT_EQ(CountSentences("\u4E00\u3002\u300D\u4E8C\u3002"), 2u);
}

}  // namespace
}  // namespace owt::filter
