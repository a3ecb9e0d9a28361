#include "stages/text/normalize.h"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>

#include <random>
#include <string>

#include "pipeline/utf8.h"

namespace owt::text {
namespace {

std::string Nfc(std::string_view text) {
  std::string out;
  return NormalizeNfc(text, &out) ? out : std::string(text);
}

constexpr NormalForm kForms[] = {NormalForm::kNfc, NormalForm::kNfd, NormalForm::kNfkc,
                                 NormalForm::kNfkd};

// ICU's other way in, over UTF-16, without our treatment of long runs.
std::string ByUtf16(NormalForm form, const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const normalizers[] = {
      icu::Normalizer2::getNFCInstance(status), icu::Normalizer2::getNFDInstance(status),
      icu::Normalizer2::getNFKCInstance(status), icu::Normalizer2::getNFKDInstance(status)};
  const icu::UnicodeString normal =
      normalizers[static_cast<int>(form)]->normalize(icu::UnicodeString::fromUTF8(text), status);
  EXPECT_TRUE(U_SUCCESS(status));
  std::string out;
  normal.toUTF8String(out);
  return out;
}

TEST(Normalize, ComposesAndReorders) {
  EXPECT_EQ(Nfc("e\u0301"), "\u00E9");
  EXPECT_EQ(Nfc("a\u0301\u0316"), "\u00E1\u0316");
  EXPECT_EQ(Nfc("\u212B\u037E\u212A"), "\u00C5;K");
  EXPECT_EQ(Nfc("\u1100\u1161\u11A8"), "\uAC01");
}

TEST(Normalize, SaysWhenNothingChanges) {
  std::string out = "left alone";
  EXPECT_FALSE(NormalizeNfc("plain", &out));
  EXPECT_FALSE(NormalizeNfc("\u00E9\u4E2D", &out));
  EXPECT_FALSE(NormalizeNfc("", &out));
  EXPECT_EQ(out, "left alone");
  EXPECT_TRUE(NormalizeNfc("e\u0301", &out));
}

TEST(Normalize, AllForms) {
  const std::string text = "\u00E9\uFB01\u212B\uFF9E\u1E9B\u0323";
  const char* const wanted[] = {
      "\u00E9\uFB01\u00C5\uFF9E\u1E9B\u0323", "e\u0301\uFB01A\u030A\uFF9E\u017F\u0323\u0307",
      "\u00E9fi\u00C5\u3099\u1E69", "e\u0301fiA\u3099\u030As\u0323\u0307"};
  for (const NormalForm form : kForms) {
    std::string out;
    EXPECT_TRUE(Normalize(form, text, &out) || form == NormalForm::kNfc);
    EXPECT_EQ(ByUtf16(form, text), out);
    EXPECT_EQ(out, wanted[static_cast<int>(form)]);
    for (char32_t c = 0; c < 0x300; ++c) {
      std::string character, normal;
      AppendUtf8(c, &character);
      const bool changes = Normalize(form, character, &normal);
      EXPECT_FALSE(changes && IsNormalAnywhere(form, c)) << std::hex << uint32_t{c};
    }
  }
}

TEST(Normalize, RunsOfMarksOfAnyLength) {
  const std::u32string marks =
      U"\u0300\u0301\u0316\u0344\u0F71\u0F72\u0F73\u0F75\u0F81\u3099\u0345\uFF9E";
  std::mt19937_64 random(6);
  for (int i = 0; i < 2000; ++i) {
    const NormalForm form = kForms[random() % 4];
    std::string text;
    for (int part = 0; part < 3; ++part) {
      AppendUtf8(U"aeq\u0F40\u00E9\u4E2D "[random() % 7], &text);
      const size_t length = random() % 200;
      for (size_t k = 0; k < length; ++k) AppendUtf8(marks[random() % marks.size()], &text);
    }
    std::string out;
    ASSERT_EQ(Normalize(form, text, &out) ? out : text, ByUtf16(form, text)) << i;
  }
}

// Insertion sort takes minutes for these.
TEST(Normalize, AMillionMarksInTheWrongOrder) {
  for (const char* unit : {"\u0301\u0316", "\u0F73", "\u0344\u0316"}) {
    std::string text = "a";
    while (text.size() < 3'000'000) text += unit;
    const std::string normal = Nfc(text);
    EXPECT_NE(normal, text);
    EXPECT_EQ(Nfc(normal), normal);
  }
}

}  // namespace
}  // namespace owt::text
