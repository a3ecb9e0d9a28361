#include "stages/langdetect/language_code.h"

#include <gtest/gtest.h>

namespace owt::langdetect {
namespace {

TEST(LanguageCode, OfLabels) {
  const std::pair<const char*, const char*> cases[] = {
      {"__label__en", "en"},        // lid.176
      {"__label__als", "als"},      // its Alemannic
      {"__label__arz", "arz"},      //
      {"__label__eng_Latn", "en"},  // GlotLID, OpenLID, NLLB
      {"__label__als_Latn", "sq"},  // their Tosk Albanian
      {"__label__arb_Arab", "ar"},
      {"__label__cmn_Hani", "zh"},
      {"__label__cmn_Hant", "zh-Hant"},
      {"__label__zho_Hant", "zh-Hant"},
      {"__label__nob_Latn", "no"},
      {"__label__nno_Latn", "nn"},
      {"__label__aac_Latn", "aac"},
      {"__label__zul_Latn", "zu"},
      {"__label__deu", "de"},
      {"de", "de"},
      {"__label__hq", "hq"},
      {"__label__", ""},
      {"__label__eng-Latn", "eng-Latn"},
  };
  for (const auto& [label, code] : cases) EXPECT_EQ(LanguageCodeOf(label), code) << label;
}

TEST(LanguageCode, Primary) {
  EXPECT_EQ(PrimaryLanguage("zh-Hant"), "zh");
  EXPECT_EQ(PrimaryLanguage("en"), "en");
  EXPECT_EQ(PrimaryLanguage(""), "");
}

}  // namespace
}  // namespace owt::langdetect
