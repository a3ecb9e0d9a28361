#include "stages/filter/bad_words.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::filter {
namespace {

TEST(BadWords, StandBetweenWhatIsNoWord) {
  const BadWords list({"bad", "very bad", "\u00E9t\u00E9", "$x"}, false);
  std::string scratch;
  const auto found = [&](std::string_view text) { return list.FoundIn(text, &scratch); };
  EXPECT_TRUE(found("bad"));
  EXPECT_TRUE(found("So BAD!"));
  EXPECT_TRUE(found("bad\n"));
  EXPECT_TRUE(found("\u00C9T\u00C9"));
  EXPECT_TRUE(found("a $X"));
  EXPECT_FALSE(found("badly"));
  EXPECT_FALSE(found("_bad"));
  EXPECT_FALSE(found("\u00E9bad"));
  EXPECT_FALSE(found("ba d"));
  EXPECT_FALSE(found(""));
  EXPECT_FALSE(found("a$x"));
}

TEST(BadWords, Anywhere) {
  const BadWords list({"\u30B0\u30ED"}, true);
  std::string scratch;
  EXPECT_TRUE(list.FoundIn("\u30A8\u30B0\u30ED\u30A8", &scratch));
  EXPECT_FALSE(list.FoundIn("\u30B0 \u30ED", &scratch));
}

TEST(BadWords, NoWordIsNeverFound) {
  std::string scratch;
  EXPECT_FALSE(BadWords({}, false).FoundIn("x", &scratch));
  EXPECT_FALSE(BadWords({""}, true).FoundIn("x", &scratch));
}

}  // namespace
}  // namespace owt::filter
