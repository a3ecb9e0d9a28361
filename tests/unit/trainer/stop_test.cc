#include "trainer/generate/stop.h"

#include <gtest/gtest.h>

#include <random>

namespace owt::trainer {
namespace {

TEST(StopTokensTest, TokensAndPairs) {
  const StopTokens stop{{7}, {{1, 2}, {3, 3}}};
  const auto ends = [&](std::vector<uint32_t> ids) { return stop.Ends(ids); };
  EXPECT_FALSE(ends({}));
  EXPECT_TRUE(ends({7}));
  EXPECT_FALSE(ends({7, 2}));
  EXPECT_TRUE(ends({1, 2}));
  EXPECT_FALSE(ends({2}));
  EXPECT_TRUE(ends({3, 3}));
  EXPECT_FALSE(ends({3, 1}));
}

TEST(LineTokensTest, OfGpt2AreTheReferences) {
  const LineTokens lines(formats::Gpt2Vocab::Embedded());
  EXPECT_EQ(lines.newline, 198U);
  EXPECT_EQ(lines.colon, 25U);
  EXPECT_EQ(lines.double_newline, std::vector<uint32_t>{628});
  StopTokens stop;
  lines.AddDoubleEol(&stop);
  EXPECT_TRUE(stop.Ends(std::vector<uint32_t>{5, 628}));
  EXPECT_FALSE(stop.Ends(std::vector<uint32_t>{5, 198}));
  EXPECT_TRUE(stop.Ends(std::vector<uint32_t>{198, 198}));
  lines.AddEol(&stop);
  EXPECT_TRUE(stop.Ends(std::vector<uint32_t>{5, 198}));
}

// The whole text at once.
std::string SlowCut(const std::string& text, const std::vector<std::string>& strings) {
  size_t end = text.size();
  for (const std::string& string : strings) {
    if (!string.empty()) end = std::min(end, text.find(string));
  }
  return text.substr(0, end);
}

TEST(StopStringsTest, CutsAsOverTheWholeText) {
  std::mt19937 random(5);
  const auto any = [&](size_t most) {
    std::string text(random() % (most + 1), 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 2);
    return text;
  };
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::string> strings(random() % 4);
    for (std::string& string : strings) string = any(6);
    StopStrings stop(strings);
    std::string text, out;
    bool found = false;
    while (!found && text.size() < 30) {
      const std::string piece = any(4);
      text += piece;
      found = stop.Feed(piece, &out);
      EXPECT_TRUE(SlowCut(text, strings).starts_with(out));
      EXPECT_EQ(found, SlowCut(text, strings) != text);
    }
    stop.Finish(&out);
    EXPECT_EQ(out, SlowCut(text, strings));
  }
}

}  // namespace
}  // namespace owt::trainer
