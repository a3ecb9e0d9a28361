#include "pipeline/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace owt {
namespace {

using namespace std::string_literals;

std::string Encoded(char32_t code_point) {
  std::string out;
  AppendUtf8(code_point, &out);
  return out;
}

bool IsSurrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

TEST(Utf8, EveryScalarValueGoesThereAndBack) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (IsSurrogate(c)) continue;
    const std::string bytes = Encoded(c);
    const Utf8Char read = DecodeUtf8(bytes, 0);
    ASSERT_TRUE(read.valid) << std::hex << static_cast<uint32_t>(c);
    ASSERT_EQ(read.code_point, c);
    ASSERT_EQ(read.length, bytes.size());
  }
}

TEST(Utf8, SurrogatesOverlongAndBeyondAreInvalid) {
  for (const std::string& bytes :
       {"\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x9F\xBF"s,
        "\xF0\x8F\xBF\xBF"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFF"s, "\x80"s}) {
    EXPECT_EQ(FindInvalidUtf8(bytes), 0u);
    EXPECT_FALSE(DecodeUtf8(bytes, 0).valid);
  }
}

// Table 3-8 of the Unicode standard and the examples around it.
TEST(Utf8, ReplacesMaximalSubparts) {
  const std::string r = "\uFFFD";
  EXPECT_EQ(ReplaceInvalidUtf8("a\xF1\x80\x80\xE1\x80\xC2"
                               "b\x80"
                               "c\x80\xBF"
                               "d"),
            "a" + r + r + r + "b" + r + "c" + r + r + "d");
  EXPECT_EQ(ReplaceInvalidUtf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                               "A"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(ReplaceInvalidUtf8("\xED\xA0\x80"), r + r + r);
  EXPECT_EQ(ReplaceInvalidUtf8("\xF0\x9F\x98z"), r + "z");
  EXPECT_EQ(ReplaceInvalidUtf8("\xF4\x91\x92\x93\xFF"
                               "A"),
            r + r + r + r + r + "A");
  EXPECT_EQ(ReplaceInvalidUtf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                               "A"),
            r + r + r + r + "A");
}

TEST(Utf8, AcceptsExactlyWhatIsValid) {
  for (const std::string_view good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(IsUtf8(good));
  }
  for (const std::string_view bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                                     "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "a\xff"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

TEST(Utf8, ValidTextIsReturnedAsItIs) {
  const std::string text = "plain, \u00E9\u4E2D\U0001F600, \0 and the end"s;
  EXPECT_EQ(FindInvalidUtf8(text), std::string::npos);
  EXPECT_EQ(ReplaceInvalidUtf8(text), text);
  EXPECT_EQ(ReplaceInvalidUtf8(""), "");
}

TEST(Utf8, FindsABadByteAtEveryDistance) {
  for (size_t distance = 0; distance < 40; ++distance) {
    const std::string text = std::string(distance, 'x') + "\xFF" + std::string(20, 'y');
    EXPECT_EQ(FindInvalidUtf8(text), distance);
  }
}

TEST(Utf8, CutOffSequencesStayInsideTheText) {
  const std::string whole = "\U0001F600";
  for (size_t length = 1; length < 4; ++length) {
    const std::string_view cut = std::string_view(whole).substr(0, length);
    EXPECT_EQ(FindInvalidUtf8(cut), 0u);
    EXPECT_EQ(DecodeUtf8(cut, 0).length, length);
  }
}

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(CountCodePoints(""), 0u);
  EXPECT_EQ(CountCodePoints("a\u00E9\u4E2D\U0001F600"), 4u);
}

}  // namespace
}  // namespace owt
