#include "trainer/serve/utf8_lossy.h"

#include <gtest/gtest.h>

namespace owt::trainer {
namespace {

constexpr const char* kReplaced = "\xEF\xBF\xBD";

std::string Times(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += kReplaced;
  return text;
}

TEST(Utf8LossyTest, KeepsWhatIsUtf8) {
  const std::string text = std::string("a\0\n\x7F", 4) + "é€😀\xEF\xBF\xBF\xF4\x8F\xBF\xBF";
  EXPECT_EQ(Utf8Lossy(text), text);
  EXPECT_EQ(Utf8Lossy(""), "");
}

// As Unicode 15, table 3-8, and Python's errors="replace".
TEST(Utf8LossyTest, OneReplacementPerBeginningOfACharacter) {
  EXPECT_EQ(Utf8Lossy("\x80"), Times(1));
  EXPECT_EQ(Utf8Lossy("\xC0\xAF"), Times(2));
  EXPECT_EQ(Utf8Lossy("\xE0\x80\xBF"), Times(3));
  EXPECT_EQ(Utf8Lossy("\xED\xA0\x80"), Times(3));
  EXPECT_EQ(Utf8Lossy("\xF0\x9F\x98"), Times(1));
  EXPECT_EQ(Utf8Lossy("\xF0\x9F\x98z"), Times(1) + "z");
  EXPECT_EQ(Utf8Lossy("\xE2\x82"), Times(1));
  EXPECT_EQ(Utf8Lossy("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), Times(5) + "A" + Times(2) + "B");
  EXPECT_EQ(Utf8Lossy("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), Times(4) + "A");
}

}  // namespace
}  // namespace owt::trainer
