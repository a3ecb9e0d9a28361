#include "stages/cleanup/token_minimum.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::cleanup {
namespace {

class TokenMinimumTest : public testing::Test {
 protected:
  bool Reaches(std::string_view text, uint64_t min_tokens) {
    return ReachesTokens(text, min_tokens, &encoder_);
  }

  // `count` words of one token each.
  static std::string Words(size_t count) {
    std::string text = "the";
    for (size_t i = 1; i < count; ++i) text += " the";
    return text;
  }

  text::BpeModel model_{formats::Gpt2Vocab::Embedded()};
  text::BpeEncoder encoder_{model_};
};

TEST_F(TokenMinimumTest, TheEndOfDocumentCountsAsOne) {
  EXPECT_TRUE(Reaches(Words(127), 128));
  EXPECT_FALSE(Reaches(Words(126), 128));
}

TEST_F(TokenMinimumTest, LongTextsPassUncounted) {
  // One token for many characters: 64 spaces and more have tokens of their own only up to 16.
  const std::string dashes(1024, '-');
  EXPECT_LT(encoder_.CountTokens(dashes), 127u);
  EXPECT_TRUE(Reaches(dashes, 128));
  EXPECT_FALSE(Reaches(dashes.substr(1), 128));
}

TEST_F(TokenMinimumTest, LengthIsInCharactersNotBytes) {
  std::string wide;
  for (int i = 0; i < 60; ++i) wide += "\u3000";  // 180 bytes, 60 characters
  EXPECT_EQ(Reaches(wide, 10), encoder_.CountTokens(wide) + 1 >= 10);
  std::string accents;
  for (int i = 0; i < 79; ++i) accents += "\u00E9";
  accents += "x";
  EXPECT_TRUE(Reaches(accents, 10));
}

TEST_F(TokenMinimumTest, ZeroAndEmpty) {
  EXPECT_TRUE(Reaches("", 0));
  EXPECT_TRUE(Reaches("", 1));  // the end-of-document token
  EXPECT_FALSE(Reaches("", 2));
}

}  // namespace
}  // namespace owt::cleanup
