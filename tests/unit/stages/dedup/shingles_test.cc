#include "stages/dedup/shingles.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "formats/gpt2_vocab.h"
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

// Every unit: shingles have one hash where, and only where, they are one text; and both ways of
// asking give as many.
TEST(ShinglerTest, HashesAreThoseOfTheTexts) {
  const text::BpeModel tokens(formats::Gpt2Vocab::Embedded());
  std::mt19937 random(3);
  for (const char* rule : {"word:1", "word:4", "char:1", "char:5", "char:20", "byte:1", "byte:5",
                           "byte:16", "byte:40", "token:1", "token:3"}) {
    Shingler shingler(ParseShingleRule(rule), &tokens);
    std::map<std::string, uint64_t> hash_of;
    std::set<uint64_t> hashes;
    for (int round = 0; round < 300; ++round) {
      std::string text;
      const size_t pieces = random() % 40;
      for (size_t i = 0; i < pieces; ++i) {
        static constexpr const char* kPieces[] = {"a",  "b",      "Ab",     " ",      ", ",
                                                  "x1", "\u00e9", "\u0416", "\u4e2d", "\U0001f600"};
        text += kPieces[random() % 10];
      }
      std::vector<std::string> texts;
      shingler.ForEachText(text, [&](std::string_view one) { texts.emplace_back(one); });
      const uint64_t num_units = shingler.num_units();
      const std::vector<uint64_t>& made = shingler.Make(text);
      ASSERT_EQ(made.size(), texts.size()) << rule << " " << text;
      ASSERT_EQ(shingler.num_units(), num_units);
      for (size_t i = 0; i < made.size(); ++i) {
        ASSERT_EQ(hash_of.emplace(texts[i], made[i]).first->second, made[i]) << rule;
        hashes.insert(made[i]);
      }
    }
    EXPECT_EQ(hashes.size(), hash_of.size()) << rule;
    EXPECT_GT(hash_of.size(), 5u) << rule;
  }
}

TEST(ShinglerTest, LongTextsComeInPieces) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "word" + std::to_string(i) + " ";
  for (const char* rule : {"word:1", "word:5", "word:64"}) {
    Shingler shingler(ParseShingleRule(rule));
    const std::vector<uint64_t>& shingles = shingler.Make(text);
    const std::set<uint64_t> distinct(shingles.begin(), shingles.end());
    EXPECT_EQ(distinct.size(), 20001u - static_cast<size_t>(ParseShingleRule(rule).size));
  }
}

TEST(ShinglerTest, BytesAndTokensAreThoseOfTheTextAsItIs) {
  const text::BpeModel tokens(formats::Gpt2Vocab::Embedded());
  Shingler bytes(ParseShingleRule("byte:3"));
  EXPECT_NE(bytes.Make("Abc"), std::vector<uint64_t>(bytes.Make("abc")));
  EXPECT_EQ(bytes.Make("\u00e9").size(), 1u);
  Shingler ids(ParseShingleRule("token:2"), &tokens);
  std::vector<std::string> texts;
  ids.ForEachText("Hello world!", [&](std::string_view one) { texts.emplace_back(one); });
  using std::string_literals::operator""s;
  EXPECT_EQ(texts, (std::vector<std::string>{"\x88\x3c\0\0\xe3\x03\0\0"s,  // 15496, 995
                                             "\xe3\x03\0\0\0\0\0\0"s}));   // 995, 0
}

TEST(ParseShingleRuleTest, TakesUnitAndSize) {
  EXPECT_EQ(ParseShingleRule("word:5").size, 5);
  EXPECT_EQ(ParseShingleRule("char:13").unit, ShingleRule::Unit::kChar);
  EXPECT_EQ(ParseShingleRule("byte:5").unit, ShingleRule::Unit::kByte);
  EXPECT_EQ(ParseShingleRule("token:64").unit, ShingleRule::Unit::kToken);
  for (const char* bad : {"", "word", "word:", "word:0", "word:65", "word:5x", "bytes:5", ":5",
                          "word:-1", "word:99999999999"}) {
    EXPECT_THROW(ParseShingleRule(bad), Error) << bad;
  }
}

}  // namespace
}  // namespace owt::dedup
