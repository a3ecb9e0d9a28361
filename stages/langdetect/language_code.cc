#include "stages/langdetect/language_code.h"

#include <algorithm>
#include <utility>

namespace owt::langdetect {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

// Sorted by the first.
constexpr Row kTwoLetters[] = {
#include "stages/langdetect/iso_639_codes.inc"
};

// Languages that models name by the code of one language out of a larger one (ISO 639-3 calls it a
// macrolanguage), under which CLD2 and lid.176 know them.
constexpr Row kLargerLanguages[] = {
    {"als", "sq"}, {"arb", "ar"}, {"ayr", "ay"}, {"azj", "az"}, {"cmn", "zh"}, {"ekk", "et"},
    {"fil", "tl"}, {"gaz", "om"}, {"gug", "gn"}, {"khk", "mn"}, {"kmr", "ku"}, {"lvs", "lv"},
    {"nob", "no"}, {"npi", "ne"}, {"ory", "or"}, {"pbt", "ps"}, {"pes", "fa"}, {"plt", "mg"},
    {"prs", "fa"}, {"quy", "qu"}, {"swh", "sw"}, {"uzn", "uz"}, {"ydd", "yi"}, {"zsm", "ms"},
};

template <size_t kRows>
std::string_view Find(const Row (&rows)[kRows], std::string_view code) {
  const auto* row = std::lower_bound(std::begin(rows), std::end(rows), code,
                                     [](const Row& r, std::string_view c) { return r.first < c; });
  return row != std::end(rows) && row->first == code ? row->second : std::string_view();
}

}  // namespace

std::string_view WithoutLabelPrefix(std::string_view label) {
  constexpr std::string_view kPrefix = "__label__";
  if (label.starts_with(kPrefix)) label.remove_prefix(kPrefix.size());
  return label;
}

std::string_view PrimaryLanguage(std::string_view code) { return code.substr(0, code.find('-')); }

std::string LanguageCodeOf(std::string_view label) {
  const std::string_view name = WithoutLabelPrefix(label);
  constexpr size_t kLetters = 3;
  const bool with_script = name.size() == kLetters + 5 && name[kLetters] == '_';
  if (name.size() != kLetters && !with_script) return std::string(name);
  const std::string_view language = name.substr(0, kLetters);
  std::string_view code;
  // Without a script such names may be Wikipedia's, whose "als" is Alemannic.
  if (with_script) code = Find(kLargerLanguages, language);
  if (code.empty()) code = Find(kTwoLetters, language);
  if (code.empty()) code = language;
  return std::string(code) + (code == "zh" && name.ends_with("_Hant") ? "-Hant" : "");
}

}  // namespace owt::langdetect
