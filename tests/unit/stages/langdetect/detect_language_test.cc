#include "stages/langdetect/detect_language.h"

#include <gtest/gtest.h>
#include <tbb/parallel_for.h>

#include <string>
#include <vector>

#include "pipeline/utf8.h"

namespace owt::langdetect {
namespace {

using namespace std::string_literals;

const char kEnglish[] =
    "The quick brown fox jumps over the lazy dog, and then it sleeps until the next morning.";
const char kGerman[] =
    "Der schnelle braune Fuchs springt \u00FCber den faulen Hund und schl\u00E4ft bis zum Morgen.";
const char kFrench[] =
    "Le rapide renard brun saute par-dessus le chien paresseux et dort jusqu'au lendemain matin.";

TEST(DetectLanguage, Languages) {
  EXPECT_EQ(DetectLanguage(kEnglish).code, "en");
  EXPECT_EQ(DetectLanguage(kGerman).code, "de");
  EXPECT_EQ(DetectLanguage(kFrench).code, "fr");
  EXPECT_EQ(DetectLanguage("\u65E5\u672C\u8A9E\u306E\u6587\u7AE0\u3067\u3059\u3002").code, "ja");
  EXPECT_GE(DetectLanguage(kEnglish).score, 0.9);
}

TEST(DetectLanguage, ReplacedCodesAreModern) {
  EXPECT_EQ(
      DetectLanguage("\u05E9\u05DC\u05D5\u05DD \u05DC\u05DB\u05D5\u05DC\u05DD, "
                     "\u05DE\u05D4 \u05E9\u05DC\u05D5\u05DE\u05DB\u05DD \u05D4\u05D9\u05D5\u05DD")
          .code,
      "he");
}

// Hawaiian is in the full tables only.
TEST(DetectLanguage, TheFullTablesAreInUse) {
  EXPECT_EQ(DetectorVersion(), "V2.0 - 20140204");
  EXPECT_EQ(
      DetectLanguage(
          "He mea nui ka \u02BB\u014Dlelo Hawai\u02BBi i ka po\u02BBe o Hawai\u02BBi, a he nani "
          "n\u014D ho\u02BBi ka lohe \u02BBana aku i ka leo o n\u0101 k\u016Bpuna.")
          .code,
      "haw");
}

TEST(DetectLanguage, DoubtIsUnd) {
  for (const std::string& text :
       {""s, " \n"s, "12345 67890"s, "?????"s, "\U0001F600\U0001F601"s, "zxq"s}) {
    const DetectedLanguage detected = DetectLanguage(text);
    EXPECT_EQ(detected.code, "und") << text;
  }
}

TEST(DetectLanguage, KnownCodes) {
  for (const char* code : {"en", "he", "jv", "zh", "zh-Hant", "haw", "und"}) {
    EXPECT_TRUE(IsKnownLanguage(code)) << code;
  }
  for (const char* code : {"eng", "iw", "un", "", "EN", "xx-Copt"}) {
    EXPECT_FALSE(IsKnownLanguage(code)) << code;
  }
}

// CLD2 refuses controls and noncharacters; a text that holds any of them is judged all the same.
TEST(DetectLanguage, EveryCharacterIsAccepted) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    if (c >= 0x3000 && c < 0x1FFF0 && c % 16 != 15 && (c < 0xFDD0 || c > 0xFDEF)) continue;
    if (c >= 0x20000 && (c & 0xFFFF) > 2 && (c & 0xFFFF) < 0xFFF0) continue;
    std::string text = kEnglish;
    AppendUtf8(c, &text);
    text += kEnglish;
    ASSERT_EQ(DetectLanguage(text).code, "en") << std::hex << static_cast<uint32_t>(c);
  }
}

TEST(DetectLanguage, ThreadsAgree) {
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) {
    const std::string part = i % 3 == 0 ? kEnglish : i % 3 == 1 ? kGerman : kFrench;
    texts.push_back(part.substr(static_cast<size_t>(i) % 30) + std::to_string(i));
  }
  std::vector<DetectedLanguage> alone(texts.size()), together(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) alone[i] = DetectLanguage(texts[i]);
  tbb::parallel_for(size_t{0}, texts.size(),
                    [&](size_t i) { together[i] = DetectLanguage(texts[i]); });
  for (size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(alone[i].code, together[i].code) << texts[i];
    ASSERT_EQ(alone[i].score, together[i].score) << texts[i];
  }
}

}  // namespace
}  // namespace owt::langdetect
