#include "stages/inspect/excerpt.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "pipeline/utf8.h"

namespace owt::inspect {
namespace {

TEST(ExcerptTest, ShowsTextAsItIsAndControlsAsEscapes) {
  EXPECT_EQ(Excerpt("naïve 日本 🎉", 100), "naïve 日本 🎉");
  EXPECT_EQ(Excerpt("a\n\tb\x1b[31m\x7f", 100), "a\\n\\tb\\x1b[31m\\x7f");
  EXPECT_EQ(Excerpt("\xc2\x9b"
                    "31m",
                    100),
            "\\xc2\\x9b31m");
  EXPECT_EQ(Excerpt("a\xff\xe6\x97", 100), "a\\xff\\xe6\\x97");
  EXPECT_EQ(Excerpt("", 100), "");
}

TEST(ExcerptTest, CutsBetweenCharacters) {
  EXPECT_EQ(Excerpt("日本", 6), "日本");
  EXPECT_EQ(Excerpt("日本", 5), "日…");
  EXPECT_EQ(Excerpt("abc", 2), "ab…");
  EXPECT_EQ(Excerpt("abc", 0), "…");
}

TEST(ExcerptTest, IsAlwaysUtf8WithoutControlsAndBounded) {
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes(random() % 60, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 4 == 0 ? 0xc2 : random() % 256);
    const std::string shown = Excerpt(bytes, 30);
    ASSERT_TRUE(IsUtf8(shown));
    ASSERT_LE(shown.size(), 4u * 30 + 3);
    for (size_t i = 0; i < shown.size(); ++i) {
      const auto byte = static_cast<uint8_t>(shown[i]);
      ASSERT_TRUE(byte >= 0x20 && byte != 0x7f);
      ASSERT_FALSE(byte == 0xc2 && static_cast<uint8_t>(shown[i + 1]) < 0xa0);
    }
  }
}

TEST(GroupedTest, PutsCommasBetweenThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(18446744073709551615u), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace owt::inspect
