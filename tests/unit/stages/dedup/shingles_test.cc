#include "stages/dedup/shingles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "pipeline/error.h"
#include "tests/reference/near_duplicates.h"

namespace owt::dedup {
namespace {

constexpr ShingleRule kWords3 = {ShingleRule::Unit::kWord, 3};
constexpr ShingleRule kChars4 = {ShingleRule::Unit::kChar, 4};

std::string Normalized(std::string_view text) {
  Shingler shingler(kWords3);
  return std::string(shingler.Normalize(text));
}

TEST(NormalizeTest, LowerCaseWordsWithOneSpace) {
  EXPECT_EQ(Normalized(""), "");
  EXPECT_EQ(Normalized(" .,;!? \n\t"), "");
  EXPECT_EQ(Normalized("Hello,   WORLD!\nIt's 2024."), "hello world it s 2024");
  EXPECT_EQ(Normalized(std::string("nul\0byte", 8)), "nul byte");
}

TEST(NormalizeTest, AccentsAndFormsDoNotMatter) {
  EXPECT_EQ(Normalized("Caf\u00e9"), "cafe");
  EXPECT_EQ(Normalized("CAFE\u0301"), "cafe");
  EXPECT_EQ(Normalized("\u00c5ngstr\u00f6m \u212b"), "angstrom a");
  EXPECT_EQ(Normalized("\u0391\u03a3 \u03b1\u03c2"), "\u03b1\u03c3 \u03b1\u03c3");  // final sigma
  EXPECT_EQ(Normalized("\u041c\u043e\u0441\u043a\u0432\u0430\u2014\u0438"),
            "\u043c\u043e\u0441\u043a\u0432\u0430 \u0438");
}

TEST(NormalizeTest, ScriptsWithoutSpacesHaveAWordPerLetter) {
  EXPECT_EQ(Normalized("\u6771\u4eac\u3002abc\u90fd"), "\u6771 \u4eac abc \u90fd");
  EXPECT_EQ(Normalized("\u306b\u307b"), "\u306b \u307b");
}

TEST(NormalizeTest, BadBytesSeparate) {
  EXPECT_EQ(Normalized("a\xff"
                       "b\xc3"),
            "a b");
  EXPECT_EQ(Normalized("\xed\xa0\x80x"), "x");
}

TEST(ShinglerTest, CountsAndShortTexts) {
  Shingler words(kWords3);
  EXPECT_EQ(words.Make("").size(), 0u);
  EXPECT_EQ(words.Make("...").size(), 0u);
  EXPECT_EQ(words.Make("one").size(), 1u);
  EXPECT_EQ(words.Make("one two").size(), 1u);
  EXPECT_EQ(words.Make("one two three").size(), 1u);
  EXPECT_EQ(words.Make("one two three four").size(), 2u);
  Shingler chars(kChars4);
  EXPECT_EQ(chars.Make("abc").size(), 1u);
  EXPECT_EQ(chars.Make("ab cd").size(), 2u);
  EXPECT_EQ(chars.Make("\u03b1\u03b2\u03b3\u03b4\u03b5").size(), 2u) << "characters, not bytes";
}

TEST(ShinglerTest, ShortTextsAreAlikeOnlyWhenEqual) {
  Shingler shingler(kWords3);
  const std::vector<uint64_t> one = shingler.Make("one two");
  EXPECT_EQ(shingler.Make("One, TWO!"), one);
  EXPECT_NE(shingler.Make("two one"), one);
  EXPECT_NE(shingler.Make("one two three"), one);
}

TEST(ShinglerTest, WordBoundariesCount) {
  Shingler shingler(kWords3);
  const std::vector<uint64_t> one = shingler.Make("ab c d");
  EXPECT_NE(shingler.Make("a bc d"), one);
}

// Two shingles have the same hash where, and only where, they are the same text.
TEST(ShinglerTest, MatchesTheSlowVersion) {
  std::mt19937 random(1);
  Shingler shingler(kWords3);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    const size_t words = random() % 30;
    for (size_t i = 0; i < words; ++i) {
      for (size_t j = random() % 3; j-- > 0;) text += static_cast<char>("aAbB1"[random() % 5]);
      text += " ,.-\n"[random() % 5];
    }
    const std::vector<uint64_t>& shingles = shingler.Make(text);
    const std::set<uint64_t> distinct(shingles.begin(), shingles.end());
    ASSERT_EQ(distinct.size(), reference::WordShingles(text, 3).size()) << text;
  }
}

TEST(ShinglerTest, AnyBytesAreTaken) {
  std::mt19937 random(2);
  Shingler words(kWords3);
  Shingler chars(kChars4);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    const size_t length = words.Normalize(text).size();
    EXPECT_LE(length, 20 * text.size());  // decompositions grow, but not without bound
    words.Make(text);
    chars.Make(text);
  }
}

TEST(ParseShingleRuleTest, TakesUnitAndSize) {
  EXPECT_EQ(ParseShingleRule("word:5").size, 5);
  EXPECT_EQ(ParseShingleRule("char:13").unit, ShingleRule::Unit::kChar);
  for (const char* bad : {"", "word", "word:", "word:0", "word:65", "word:5x", "byte:5", ":5",
                          "word:-1", "word:99999999999"}) {
    EXPECT_THROW(ParseShingleRule(bad), Error) << bad;
  }
}

}  // namespace
}  // namespace owt::dedup
