#include "stages/text/token_borders.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace owt::text {
namespace {

// Whether a token lies in the text so that it holds the bytes before and at `border`.
bool SomeTokenHolds(const std::vector<std::string>& tokens, std::string_view text, size_t border) {
  for (const std::string& token : tokens) {
    for (size_t i = 1; i < token.size(); ++i) {
      if (i <= border && text.substr(border - i, token.size()) == token) return true;
    }
  }
  return false;
}

TEST(TokenBorders, NeverCutsATokenAndMostlyCutsElsewhere) {
  std::mt19937_64 random(1);
  size_t num_free = 0, num_cut = 0, num_held = 0;
  for (int round = 0; round < 300; ++round) {
    const auto random_text = [&](size_t size) {
      std::string text;
      while (text.size() < size) text += "a\x80\x81\xBF\xC3\xE4\xE5\xF0"[random() % 8];
      return text;
    };
    TokenBorders borders;
    std::vector<std::string> tokens;
    for (int i = 0; i < 12; ++i) {
      tokens.push_back(random_text(1 + random() % 5));
      borders.Add(tokens.back());
    }
    const std::string text = random_text(60) + tokens[0] + random_text(3) + tokens[1];
    const auto* begin = reinterpret_cast<const uint8_t*>(text.data());
    for (size_t at = 1; at < text.size(); ++at) {
      if (begin[at] < 0x80) continue;
      const bool may_join = borders.MayJoin(begin, begin + at, begin + text.size());
      if (SomeTokenHolds(tokens, text, at)) {
        ++num_held;
        ASSERT_TRUE(may_join) << testing::PrintToString(text) << at;
      } else {
        ++num_free;
        num_cut += may_join ? 0 : 1;
      }
    }
  }
  EXPECT_GT(num_held, 1000u);
  EXPECT_GT(num_cut, num_free / 2);
}

// The two bytes stand in a token, but not with these neighbours.
TEST(TokenBorders, NeighboursDecide) {
  TokenBorders borders;
  borders.Add("\xE3\x81\xAE\xE5");
  const auto joins = [&](std::string_view text, size_t at) {
    const auto* begin = reinterpret_cast<const uint8_t*>(text.data());
    return borders.MayJoin(begin, begin + at, begin + text.size());
  };
  EXPECT_TRUE(joins("\xE3\x81\xAE\xE5", 3));
  EXPECT_TRUE(joins("\xE3\x81\xAE\xE5\x90\xA0", 3));
  EXPECT_FALSE(joins("\xE3\x82\xAE\xE5\x90\xA0", 3));
  EXPECT_FALSE(joins("\xAE\xE5\x90\xA0", 1));
  EXPECT_FALSE(joins("\xE3\x81\xAE\xE6", 3));
}

}  // namespace
}  // namespace owt::text
