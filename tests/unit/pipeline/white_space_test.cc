#include "pipeline/white_space.h"

#include <gtest/gtest.h>

#include <string>

namespace owt {
namespace {

TEST(WhiteSpaceTest, AllCharactersThatPythonCallsSpace) {
  const std::string spaces =
      "\t\n\v\f\r\x1C\x1D\x1E\x1F \u0085\u00A0\u1680\u2000\u2005\u200A\u2028\u2029\u202F\u205F"
      "\u3000";
  EXPECT_EQ(StripWhiteSpace(spaces + "a" + spaces + "\u00E9" + spaces), "a" + spaces + "\u00E9");
  EXPECT_EQ(StripWhiteSpaceAtEnd(spaces + "a" + spaces), spaces + "a");
  EXPECT_EQ(StripWhiteSpace(spaces), "");
  EXPECT_EQ(StripWhiteSpace(""), "");
  for (const char* other : {"\u200B", "\uFEFF", "\u180E", "\u0084", "\u00A1", "\u200F", "\x1B"}) {
    EXPECT_EQ(StripWhiteSpace(other), other);
  }
}

TEST(WhiteSpaceTest, BytesThatAreNoUtf8Stay) {
  EXPECT_EQ(StripWhiteSpace(" \xFF "), "\xFF");
  EXPECT_EQ(StripWhiteSpace("\xA0"), "\xA0");  // half a character
  EXPECT_EQ(StripWhiteSpace("\x80 a \xE3\x80"), "\x80 a \xE3\x80");
  EXPECT_EQ(StripWhiteSpace(" \x80\x80\x80\x80\x80 "), "\x80\x80\x80\x80\x80");
}

}  // namespace
}  // namespace owt
