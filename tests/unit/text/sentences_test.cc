#include "stages/text/sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace owt::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Sentences(std::string_view text) {
  static SentenceSplitter splitter;
  std::vector<std::string> sentences;
  splitter.Split(text, [&](std::string_view sentence) { sentences.emplace_back(sentence); });
  return sentences;
}

TEST(Sentences, EndBehindTheirBlanks) {
  EXPECT_THAT(Sentences("Hello there. How are you?  Fine!\nNew line"),
              ElementsAre("Hello there. ", "How are you?  ", "Fine!\n", "New line"));
  EXPECT_THAT(Sentences("Version 3.14 is e.g. here."), ElementsAre("Version 3.14 is e.g. here."));
  EXPECT_THAT(Sentences("これは文です。次の文。"), ElementsAre("これは文です。", "次の文。"));
  EXPECT_THAT(Sentences(""), IsEmpty());
  EXPECT_THAT(Sentences("\n"), ElementsAre("\n"));
}

TEST(Sentences, OneAfterTheOtherAreTheText) {
  std::mt19937 random(5);
  const std::vector<std::string> parts = {"a",  "B",    ". ",   "! ",       "?",    "\n",  " ",
                                          "\t", "\xFF", "\xE4", "\xED\xA0", "\r\n", "1.",  "\"",
                                          "。", "é",    "😀",    "\u2028",   ")",    "...", "x"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t i = random() % 40; i > 0; --i) text += parts[random() % parts.size()];
    std::string joined;
    for (const std::string& sentence : Sentences(text)) {
      ASSERT_FALSE(sentence.empty());
      joined += sentence;
    }
    ASSERT_EQ(joined, text);
  }
}

}  // namespace
}  // namespace owt::text
