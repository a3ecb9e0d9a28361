#pragma once

#include <string>
#include <string_view>

namespace owt::langdetect {

// The BCP 47 code for the name that a model gives a language: "__label__en" and "__label__eng" are
// "en", "eng_Latn" (GlotLID, OpenLID, NLLB) is "en", "cmn_Hant" is "zh-Hant". A language of a
// larger one counts as that where only the larger has two letters ("arb_Arab" is "ar"), and so does
// Norwegian Bokmal ("no"). Names that say no more stay as they are, without "__label__".
std::string LanguageCodeOf(std::string_view label);

// `label` without "__label__".
std::string_view WithoutLabelPrefix(std::string_view label);

// "zh" of "zh-Hant".
std::string_view PrimaryLanguage(std::string_view code);

}  // namespace owt::langdetect
