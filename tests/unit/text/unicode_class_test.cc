#include "stages/text/unicode_class.h"

#include <gtest/gtest.h>

#include <array>

namespace owt::text {
namespace {

// Sizes of the classes in Unicode 16.0. Another version has others.
TEST(UnicodeClass, SizesAreThoseOfUnicode16) {
  std::array<size_t, 4> sizes{};
  for (char32_t c = 0; c < 0x110000; ++c) ++sizes[static_cast<size_t>(ClassOf(c))];
  EXPECT_EQ(sizes[static_cast<size_t>(UnicodeClass::kLetter)], 141028u);
  EXPECT_EQ(sizes[static_cast<size_t>(UnicodeClass::kNumber)], 1911u);
  EXPECT_EQ(sizes[static_cast<size_t>(UnicodeClass::kSpace)], 25u);
}

TEST(UnicodeClass, KnownCharacters) {
  for (char32_t c :
       {U'a', U'Z', U'\u00E9', U'\u4E2D', U'\uAC00', U'\U0001E6C0' /* not yet in 16.0 */}) {
    const auto expected = c == U'\U0001E6C0' ? UnicodeClass::kOther : UnicodeClass::kLetter;
    EXPECT_EQ(ClassOf(c), expected) << std::hex << static_cast<uint32_t>(c);
  }
  for (char32_t c : {U'0', U'9', U'\u00B2', U'\u2167', U'\u0663'}) {
    EXPECT_EQ(ClassOf(c), UnicodeClass::kNumber) << std::hex << static_cast<uint32_t>(c);
  }
  // Python's str.isspace() has 1C..1F as well; \s of the pattern has not. U+200B is a format char.
  for (char32_t c : {U'\u0000', U'\u001C', U'\u001F', U'\u200B', U'\u0301', U'\u2019', U'_'}) {
    EXPECT_EQ(ClassOf(c), UnicodeClass::kOther) << std::hex << static_cast<uint32_t>(c);
  }
  EXPECT_EQ(ClassOf(0x105C0), UnicodeClass::kLetter);  // Todhri, new in 16.0
  EXPECT_EQ(ClassOf(0x110000), UnicodeClass::kOther);
  EXPECT_EQ(ClassOf(0xFFFFFFFF), UnicodeClass::kOther);
}

}  // namespace
}  // namespace owt::text
