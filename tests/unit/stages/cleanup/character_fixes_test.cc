#include "stages/cleanup/character_fixes.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/utf8.h"

namespace owt::cleanup {
namespace {

using namespace std::string_literals;

std::string LineBreaks(std::string_view text) {
  std::string out;
  return FixLineBreaks(text, &out) ? out : "unchanged";
}

std::string WithoutControls(std::string_view text) {
  std::string out;
  return RemoveControlChars(text, &out) ? out : "unchanged";
}

TEST(CharacterFixes, LineBreaks) {
  EXPECT_EQ(LineBreaks("a\r\nb\rc\u2028d\u2029e\u0085f"), "a\nb\nc\nd\ne\nf");
  EXPECT_EQ(LineBreaks("\r\r\n\n\r"), "\n\n\n\n");
  EXPECT_EQ(LineBreaks("a\nb\n\f\v"), "unchanged");
  EXPECT_EQ(LineBreaks("\u2027\u202A\u00A0\uFEFF"), "unchanged");
  EXPECT_EQ(LineBreaks(""), "unchanged");
}

TEST(CharacterFixes, ControlChars) {
  EXPECT_EQ(WithoutControls("a\0b\x1B[0m\x7F\uFEFF\u206Ac\uFFFC"s), "ab[0mc");
  EXPECT_EQ(WithoutControls("\x01\x02"), "");
  EXPECT_EQ(WithoutControls("a\tb\nc\fd\r \u0085\u200D\u200E\u202A\uFFFD"), "unchanged");
}

TEST(CharacterFixes, FortyCodePointsAreRemoved) {
  int removed = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text = "x";
    AppendUtf8(c, &text);
    const bool goes = WithoutControls(text) == "x";
    ASSERT_EQ(goes, IsRemovedControl(c));
    removed += goes ? 1 : 0;
  }
  EXPECT_EQ(removed, 9 + 1 + 18 + 1 + 6 + 1 + 4);
}

TEST(CharacterFixes, NothingToDoLeavesTheOutputAlone) {
  std::string out = "before";
  EXPECT_FALSE(FixLineBreaks("text", &out));
  EXPECT_FALSE(RemoveControlChars("text", &out));
  EXPECT_EQ(out, "before");
}

}  // namespace
}  // namespace owt::cleanup
