#include "stages/filter/perplexity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string_view>
#include <utility>

#include "tests/support/ngram_model_bytes.h"
#include "tests/support/scratch_folder.h"

namespace owt::filter {
namespace {

PerplexityRules SmallRules() {
  const tests::ScratchFolder folder;
  tests::WriteAll(folder.File("m.arpa"), tests::kSmallArpa);
  PerplexityRules rules;
  rules.model = std::make_shared<formats::NgramModel>(folder.File("m.arpa"));
  return rules;
}

TEST(Perplexity, IsThatOfAllLines) {
  const PerplexityRules rules = SmallRules();
  PerplexityJudge judge(rules);
  EXPECT_EQ(judge.Perplexity("a b"), std::pow(10.0, 0.34375 / 3));
  EXPECT_EQ(judge.Perplexity(""), std::pow(10.0, 1.25));
  EXPECT_EQ(judge.Perplexity("a b\n\na b"), std::pow(10.0, (0.34375 + 1.25 + 0.34375) / 7));
}

TEST(Perplexity, AsksAboutCcnetsText) {
  PerplexityRules rules = SmallRules();
  rules.ccnet_text = true;
  PerplexityJudge judge(rules);
  EXPECT_EQ(judge.Perplexity("\u00C1 B\nA b"), std::pow(10.0, 0.34375 / 3));
}

TEST(Perplexity, DropsAboveAndBelow) {
  PerplexityRules rules = SmallRules();
  rules.max = 10;
  rules.min = 2;
  PerplexityJudge judge(rules);
  Findings findings;
  findings.Clear(false);
  EXPECT_TRUE(judge.Ask("", &findings));
  EXPECT_EQ(findings.first_failed().rule, "perplexity");
  EXPECT_EQ(findings.first_failed().threshold, 10);
  findings.Clear(false);
  EXPECT_TRUE(judge.Ask("a b", &findings));
  EXPECT_EQ(findings.first_failed().rule, "low_perplexity");
  findings.Clear(false);
  EXPECT_FALSE(judge.Ask("b a", &findings));
  EXPECT_FALSE(findings.failed());
}

TEST(Perplexity, Buckets) {
  PerplexityRules rules = SmallRules();
  rules.buckets = PerplexityBuckets{2, 10};
  PerplexityJudge judge(rules);
  Findings findings;
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a b", "head"}, {"b a", "middle"}, {"", "tail"}};
  for (const auto& [text, bucket] : cases) {
    findings.Clear(false);
    EXPECT_FALSE(judge.Ask(text, &findings));
    EXPECT_EQ(judge.bucket(), bucket);
  }
}

}  // namespace
}  // namespace owt::filter
