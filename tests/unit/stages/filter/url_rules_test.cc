#include "stages/filter/url_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::filter {
namespace {

std::string Judge(std::string_view url, const UrlLists& lists) {
  text::PublicSuffix suffixes;
  Findings findings;
  findings.Clear(false);
  if (!JudgeUrl(url, lists, &suffixes, &findings)) return "passes";
  return std::string(findings.first_failed().rule);
}

TEST(UrlRules, DomainsAndAddresses) {
  UrlLists lists;
  EXPECT_TRUE(lists.empty());
  lists.domains = {"bad.co.uk", "a.good.org"};
  lists.urls = {"http://x.org/y"};
  EXPECT_EQ(Judge("http://www.Bad.co.uk/x", lists), "domain");
  EXPECT_EQ(Judge("https://a.good.org:80/", lists), "subdomain");
  EXPECT_EQ(Judge("https://b.a.good.org/", lists), "passes");
  EXPECT_EQ(Judge("http://X.org/y", lists), "url");
  EXPECT_EQ(Judge("http://x.org/y/", lists), "passes");
  EXPECT_EQ(Judge("", lists), "passes");
}

TEST(UrlRules, Words) {
  UrlLists lists;
  lists.words = WordSet({"Casino", "--", "x-y"});
  EXPECT_EQ(lists.words.size(), 2u);
  lists.soft_words = WordSet({"win", "money", "fast"});
  lists.parts = PartsOf({"pills", ""});
  EXPECT_EQ(Judge("http://a.org/best-CASINO.html", lists), "hard_blacklisted");
  EXPECT_EQ(Judge("http://a.org/casinos", lists), "passes");
  EXPECT_EQ(Judge("http://a.org/win/win", lists), "passes");
  EXPECT_EQ(Judge("http://a.org/win/Money", lists), "soft_blacklisted");
  EXPECT_EQ(Judge("http://a.org/p-i.lls", lists), "blacklisted_subword");
  lists.min_soft_words = 3;
  EXPECT_EQ(Judge("http://a.org/win/Money", lists), "passes");
}

}  // namespace
}  // namespace owt::filter
