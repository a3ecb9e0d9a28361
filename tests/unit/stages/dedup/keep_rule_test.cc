#include "stages/dedup/keep_rule.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/buffer.h"
#include "pipeline/error.h"

namespace owt::dedup {
namespace {

uint64_t RankOf(std::string_view rule, const std::string& line, std::string_view path = "a.jsonl") {
  std::string padded = line + std::string(64, ' ');
  DocumentParser parser({});
  Document document;
  EXPECT_EQ(parser.Parse(std::string_view(padded).substr(0, line.size()), &document), "");
  return KeepRule(rule).RankOf(document, path);
}

std::string WithScore(std::string_view score) {
  return R"({"text":"x","score":)" + std::string(score) + "}";
}

TEST(KeepRuleTest, LongerAndShorterTexts) {
  const std::string shorter = R"({"text":"a"})";
  const std::string longer = R"({"text":"abc"})";
  EXPECT_EQ(RankOf("first", shorter), RankOf("first", longer));
  EXPECT_LT(RankOf("longest", shorter), RankOf("longest", longer));
  EXPECT_GT(RankOf("shortest", shorter), RankOf("shortest", longer));
}

TEST(KeepRuleTest, NumbersAreInOrderAndWhatIsNoneIsLast) {
  const char* const rising[] = {"-1e300", "-2", "-1.5", "-1e-300", "0", "1e-300", "3", "1e300"};
  uint64_t last_most = RankOf("max:score", R"({"text":"x"})");
  uint64_t last_least = ~uint64_t{0};
  for (const char* const number : rising) {
    const uint64_t most = RankOf("max:score", WithScore(number));
    const uint64_t least = RankOf("min:score", WithScore(number));
    EXPECT_GT(most, last_most) << number;
    EXPECT_LT(least, last_least) << number;
    last_most = most;
    last_least = least;
  }
  EXPECT_GT(last_least, RankOf("min:score", R"({"text":"x"})"));
  EXPECT_EQ(RankOf("max:score", WithScore("-0.0")), RankOf("max:score", WithScore("0")));
  for (const char* const none : {"null", "\"7\"", "true", "[1]"}) {
    EXPECT_EQ(RankOf("max:score", WithScore(none)), 0u) << none;
  }
}

TEST(KeepRuleTest, SourcesInTheirOrder) {
  const std::string line = R"({"text":"x"})";
  const std::string_view rule = "priority:wiki,books";
  EXPECT_GT(RankOf(rule, line, "in/wiki-00.jsonl"), RankOf(rule, line, "in/books.jsonl"));
  EXPECT_GT(RankOf(rule, line, "in/books.jsonl"), RankOf(rule, line, "in/web.jsonl"));
}

TEST(KeepRuleTest, OtherRulesAreRefused) {
  for (const char* const rule :
       {"", "last", "max", "max:", "first:x", "priority", "longest:text", "median:x"}) {
    EXPECT_THROW(KeepRule{rule}, Error) << rule;
  }
}

}  // namespace
}  // namespace owt::dedup
