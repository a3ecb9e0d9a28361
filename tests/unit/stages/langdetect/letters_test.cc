#include "stages/langdetect/letters.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::langdetect {
namespace {

TEST(Letters, HasLetter) {
  for (const char* text : {"1a", "\u00E9", "\u4E2D", "?\U00020000", "12\u0915"}) {
    EXPECT_TRUE(HasLetter(text)) << text;
  }
  // The last three are a mark, an emoji and a number.
  for (const char* text : {"", " \n", "123 ???", "\u0301", "\U0001F600", "\u0661"}) {
    EXPECT_FALSE(HasLetter(text)) << text;
  }
}

TEST(Letters, MostlyCapitals) {
  for (const char* text : {"AB", "THIS IS so", "\u00C9T\u00C9", "\u041C\u0418\u0420 1990"}) {
    EXPECT_TRUE(IsMostlyCapitals(text)) << text;
  }
  for (const char* text : {"", "A", "123", "Ab", "ABab", "\u4E2D\u6587",
                           "NASA \u4E2D\u6587\u4E2D\u6587", "\u043C\u0438\u0440 A"}) {
    EXPECT_FALSE(IsMostlyCapitals(text)) << text;
  }
}

TEST(Letters, Lowered) {
  EXPECT_EQ(Lowered("A \u00C9\u0416 \u4E2D 1 \U00010400"), "a \u00E9\u0436 \u4E2D 1 \U00010428");
  EXPECT_EQ(Lowered(""), "");
}

}  // namespace
}  // namespace owt::langdetect
