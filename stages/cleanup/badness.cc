#include "stages/cleanup/badness.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "pipeline/white_space.h"
#include "stages/text/unicode_class.h"

namespace owt::cleanup {
namespace {

// What a set of characters is made of, as bits.
enum Category : uint32_t {
  kCommon = 1u << 0,
  kC1 = 1u << 1,
  kBad = 1u << 2,
  kLaw = 1u << 3,
  kCurrency = 1u << 4,
  kStartPunct = 1u << 5,
  kEndPunct = 1u << 6,
  kNumeric = 1u << 7,
  kKaomoji = 1u << 8,
  kUpperAccented = 1u << 9,
  kLowerAccented = 1u << 10,
  kUpperCommon = 1u << 11,
  kLowerCommon = 1u << 12,
  kBox = 1u << 13,
  kNamed = (1u << 14) - 1,  // any of the above
  kAsciiLower = 1u << 14,
  kAsciiUpper = 1u << 15,
  kWhiteSpace = 1u << 16,  // \s of Python
  kWord = 1u << 17,        // \w of Python
  kNoAsciiLetter = 1u << 18,
  kNoLineFeed = 1u << 19,
  kTextStart = 1u << 20,  // before the first character
};

struct CategoryRange {
  Category category;
  char32_t first, last;
};

constexpr CategoryRange kCategories[] = {
#include "stages/cleanup/badness_categories.inc"
};

struct CharSet {
  uint32_t categories = 0;
  std::u32string_view others = {};

  bool empty() const { return categories == 0 && others.empty(); }
};

struct Rule {
  CharSet sets[7];
};

constexpr uint32_t kAsciiLetter = kAsciiLower | kAsciiUpper;
constexpr uint32_t kUnlikelyByBad =
    kLowerAccented | kUpperAccented | kBox | kStartPunct | kEndPunct | kCurrency | kNumeric | kLaw;
constexpr CharSet kCapitalA = {0, U"\u00C2\u00C3"};
constexpr CharSet kCyrillicLead = {0, U"\u0412\u0413\u0420\u0421"};
constexpr CharSet kGreekLead = {0, U"\u0392\u0393\u039E\u039F"};
constexpr CharSet kArabicLead = {0, U"\u00D8\u00D9"};
constexpr CharSet kArabicTrail = {kCommon | kCurrency | kBad | kNumeric | kStartPunct,
                                  U"\u0178\u0160\u00AE\u00B0\u00B5\u00BB"};

// The rules in the order of ftfy/badness.py.
constexpr Rule kRules[] = {
    {{{kC1}}},
    {{{kBad | kUnlikelyByBad}, {kBad}}},
    {{{kAsciiLetter}, {kLowerCommon | kUpperCommon}, {kBad}}},
    {{{kBad}, {kUnlikelyByBad}}},
    {{{kLowerAccented | kLowerCommon | kBox | kEndPunct | kCurrency | kNumeric}, {kUpperAccented}}},
    {{{kBox | kEndPunct | kCurrency | kNumeric}, {kLowerAccented}}},
    {{{kLowerAccented | kBox | kEndPunct}, {kCurrency}}},
    {{{kWhiteSpace}, {kUpperAccented}, {kCurrency}}},
    {{{kUpperAccented | kBox}, {kNumeric | kLaw}}},
    {{{kLowerAccented | kUpperAccented | kBox | kCurrency | kEndPunct}, {kStartPunct}, {kNumeric}}},
    {{{kLowerAccented | kUpperAccented | kCurrency | kNumeric | kBox | kLaw},
      {kEndPunct},
      {kStartPunct}}},
    {{{kCurrency | kNumeric | kBox}, {kStartPunct}}},
    {{{kAsciiLower}, {kUpperAccented}, {kStartPunct | kCurrency}}},
    {{{kBox}, {kKaomoji}}},
    {{{kLowerAccented | kUpperAccented | kCurrency | kNumeric | kStartPunct | kEndPunct | kLaw},
      {kBox}}},
    {{{kBox}, {kEndPunct}}},
    {{{kLowerAccented | kUpperAccented}, {kStartPunct | kEndPunct}, {kWord}}},
    {{{0, U"\u0152\u0153"}, {kNoAsciiLetter}}},
    {{{kUpperAccented}, {0, U"\u00B0"}}},
    {{{0, U"\u00C2\u00C3\u00CE\u00D0"},
      {kStartPunct | kEndPunct,
       U"\u20AC\u0153\u0160\u0161\u00A2\u00A3\u0178\u017E\u00A0\u00AD\u00AE\u00A9\u00B0\u00B7"
       U"\u00BB\u2013\u2014\u00B4"}}},
    {{{0, U"\u00D7"}, {0, U"\u00B2\u00B3"}}},
    {{kArabicLead, kArabicTrail, kArabicLead, kArabicTrail}},
    {{{0, U"\u00E0"}, {0, U"\u00B2\u00B5\u00B9\u00BC\u00BD\u00BE"}}},
    {{{0, U"\u221A"},
      {0, U"\u00B1\u2202\u2020\u2260\u00AE\u2122\u00B4\u2264\u2265\u00A5\u00B5\u00F8"}}},
    {{{0, U"\u2248"}, {0, U"\u00B0\u00A2"}}},
    {{{0, U"\u201A"},
      {0, U"\u00C4"},
      {0, U"\u00EC\u00EE\u00EF\u00F2\u00F4\u00FA\u00F9\u00FB\u2020\u00B0\u00A2\u03C0"}}},
    {{{0, U"\u201A"}, {0, U"\u00E2\u00F3"}, {0, U"\u00E0\u00E4\u00B0\u00EA"}}},
    {{{0, U"\u0432"}, {0, U"\u0402"}}},
    {{kCyrillicLead,
      {kC1 | kBad | kStartPunct | kEndPunct | kCurrency, U"\u00B0\u00B5"},
      kCyrillicLead}},
    {{{0, U"\u0413"},
      {0, U"\u045E"},
      {0, U"\u0412"},
      {0, U"\u0402"},
      {0, U"\u0412"},
      {kNoLineFeed},
      {kAsciiLetter, U" "}}},
    {{{0, U"\u00C3"}, {0, U"\u00A0\u00A1"}}},
    {{{kAsciiLower}, kCapitalA, {0, U" "}}},
    {{{kAsciiLower}, {kWhiteSpace}, kCapitalA, {0, U" "}}},
    {{{kTextStart}, kCapitalA, {0, U" "}}},
    {{{kAsciiLower | kEndPunct, U".,?!"}, {0, U"\u00C2"}, {kStartPunct | kEndPunct, U" "}}},
    {{{0, U"\u03B2"}, {0, U"\u20AC"}, {0, U"\u2122\u00A0\u0386\u00AD\u00AE\u00B0"}}},
    {{kGreekLead, {kC1 | kBad | kStartPunct | kEndPunct | kCurrency, U"\u00B0"}, kGreekLead}},
    {{{0, U"\u0101"}, {0, U"\u20AC"}}},
};

uint32_t CategoriesOf(char32_t c) {
  uint32_t categories = 0;
  for (const CategoryRange& range : kCategories) {
    if (c >= range.first && c <= range.last) categories |= range.category;
  }
  const bool lower = c >= 'a' && c <= 'z';
  const bool upper = c >= 'A' && c <= 'Z';
  if (lower) categories |= kAsciiLower;
  if (upper) categories |= kAsciiUpper;
  if (!lower && !upper) categories |= kNoAsciiLetter;
  if (c != '\n') categories |= kNoLineFeed;
  if (IsWhiteSpace(c)) categories |= kWhiteSpace;
  const text::UnicodeClass unicode = text::ClassOf(c);
  if (unicode == text::UnicodeClass::kLetter || unicode == text::UnicodeClass::kNumber ||
      c == '_') {
    categories |= kWord;
  }
  return categories;
}

// The places, in all rules one after the other, where `c` may stand.
RuleBits PlacesOf(char32_t c) {
  const uint32_t categories = CategoriesOf(c);
  RuleBits places = 0;
  int place = 0;
  for (const Rule& rule : kRules) {
    for (const CharSet& set : rule.sets) {
      if (set.empty()) break;
      const bool fits = (set.categories & categories) != 0 || set.others.find(c) != set.others.npos;
      places |= RuleBits{fits} << place++;
    }
  }
  return places;
}

BadnessRules MakeRules() {
  BadnessRules rules;
  int place = 0;
  for (const Rule& rule : kRules) {
    rules.first_places |= RuleBits{1} << place;
    if (rule.sets[0].categories == kTextStart) rules.text_start |= RuleBits{1} << place;
    for (const CharSet& set : rule.sets) place += !set.empty();
    rules.last_places |= RuleBits{1} << (place - 1);
  }
  std::vector<RuleBits> classes;
  const auto class_of = [&](char32_t c) {
    const RuleBits places = PlacesOf(c);
    const auto found = std::find(classes.begin(), classes.end(), places);
    const auto index = static_cast<BadnessClass>(found - classes.begin());
    if (found == classes.end()) classes.push_back(places);
    return index;
  };
  rules.letter_class = class_of(0x4E2D);
  rules.space_class = class_of(0x3000);
  rules.other_class = class_of(0x3001);
  for (char32_t c = 0; c < rules.classes.size(); ++c) {
    const text::UnicodeClass unicode = text::ClassOf(c);
    const bool is_word =
        unicode == text::UnicodeClass::kLetter || unicode == text::UnicodeClass::kNumber;
    rules.classes[c] = IsWhiteSpace(c) ? rules.space_class
                       : is_word       ? rules.letter_class
                                       : rules.other_class;
  }
  for (char32_t c = 0; c < 0x80; ++c) rules.classes[c] = class_of(c);
  for (const CategoryRange& range : kCategories) {
    for (char32_t c = range.first; c <= range.last; ++c) rules.classes[c] = class_of(c);
  }
  rules.fits.fill(0);
  std::copy(classes.begin(), classes.end(), rules.fits.begin());
  return rules;
}

}  // namespace

BadnessClass BadnessRules::ClassOfSupplementary(char32_t c) const {
  const text::UnicodeClass unicode = text::ClassOf(c);
  const bool is_word =
      unicode == text::UnicodeClass::kLetter || unicode == text::UnicodeClass::kNumber;
  return is_word ? letter_class : other_class;
}

const BadnessRules& BadnessRules::Get() {
  static const BadnessRules rules = MakeRules();
  return rules;
}

}  // namespace owt::cleanup
