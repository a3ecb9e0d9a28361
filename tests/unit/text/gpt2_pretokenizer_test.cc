#include "stages/text/gpt2_pretokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/reference/gpt2_encoder.h"

namespace owt::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> pieces;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = PieceEnd(text, begin);
    pieces.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

TEST(Gpt2Pretokenizer, WordsTakeOneSpace) {
  EXPECT_THAT(Split("Hello world 42!"), ElementsAre("Hello", " world", " 42", "!"));
  EXPECT_THAT(Split("a1 \u4E2D\u6587\u0301x"),
              ElementsAre("a", "1", " \u4E2D\u6587", "\u0301", "x"));
}

TEST(Gpt2Pretokenizer, WhiteSpaceLeavesItsLastCharacter) {
  EXPECT_THAT(Split("a   b"), ElementsAre("a", "  ", " b"));
  EXPECT_THAT(Split("a\n\nb"), ElementsAre("a", "\n", "\n", "b"));
  EXPECT_THAT(Split("a \nb"), ElementsAre("a", " ", "\n", "b"));
  EXPECT_THAT(Split("a\tb"), ElementsAre("a", "\t", "b"));
  EXPECT_THAT(Split("a\u00A0\u3000b"), ElementsAre("a", "\u00A0", "\u3000", "b"));
  EXPECT_THAT(Split("a \n "), ElementsAre("a", " \n "));
  EXPECT_THAT(Split(" "), ElementsAre(" "));
}

TEST(Gpt2Pretokenizer, Contractions) {
  EXPECT_THAT(Split("it's we'll've'd"), ElementsAre("it", "'s", " we", "'ll", "'ve", "'d"));
  EXPECT_THAT(Split("IT'S"), ElementsAre("IT", "'", "S"));
  EXPECT_THAT(Split("''s"), ElementsAre("''", "s"));
  EXPECT_THAT(Split(" 's"), ElementsAre(" '", "s"));
  EXPECT_THAT(Split("x'r"), ElementsAre("x", "'", "r"));
  EXPECT_THAT(Split("it\u2019s"), ElementsAre("it", "\u2019", "s"));
  EXPECT_THAT(Split("'tis 'llama"), ElementsAre("'t", "is", " '", "llama"));
}

TEST(Gpt2Pretokenizer, BadBytesAreOrdinaryCharacters) {
  EXPECT_THAT(Split("a\xFF\xE4\xB8!b"), ElementsAre("a", "\xFF\xE4\xB8!", "b"));
  EXPECT_THAT(Split(" \xC3"), ElementsAre(" \xC3"));
}

// Characters chosen so that every rule and every border between rules comes up often.
std::string RandomText(std::mt19937_64& random, size_t num_chars) {
  static const std::vector<std::string> kAlphabet = {
      "a",      "s",      "t",      "r",          "e",      "v",    "l",    "d",    "'",
      "'",      "'",      " ",      " ",          " ",      "\n",   "\t",   "\r",   "0",
      "9",      "!",      "_",      "\u00A0",     "\u2003", "\xE2", "\x80", "\xFF", "\u00E9",
      "\u4E2D", "\u0301", "\u00B2", "\U0001F600", "\u0663", "S",    "ll",   "ve",   "\x1C"};
  std::string text;
  for (size_t i = 0; i < num_chars; ++i) text += kAlphabet[random() % kAlphabet.size()];
  return text;
}

TEST(Gpt2Pretokenizer, EqualsThePatternReadLiterally) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 30000; ++i) {
    const std::string text = RandomText(random, random() % 24);
    ASSERT_EQ(Split(text), reference::Pieces(text)) << testing::PrintToString(text);
  }
}

TEST(Gpt2Pretokenizer, RandomBytesAreSplitAndKept) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 5000; ++i) {
    std::string text(random() % 60, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    const std::vector<std::string> pieces = Split(text);
    ASSERT_EQ(pieces, reference::Pieces(text));
    std::string joined;
    for (const std::string& piece : pieces) joined += piece;
    ASSERT_EQ(joined, text);
  }
}

}  // namespace
}  // namespace owt::text
