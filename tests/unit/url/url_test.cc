#include "stages/text/url.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace owt::text {
namespace {

TEST(SplitUrlTest, CutsAllParts) {
  const UrlParts parts = SplitUrl("HTTP://me:pw@Example.ORG:8080/a/b;c?x=1&y=2#top?no");
  EXPECT_EQ(parts.scheme, "HTTP");
  EXPECT_EQ(parts.authority, "me:pw@Example.ORG:8080");
  EXPECT_EQ(parts.userinfo, "me:pw");
  EXPECT_EQ(parts.host, "Example.ORG");
  EXPECT_EQ(parts.port, "8080");
  EXPECT_EQ(parts.path, "/a/b;c");
  EXPECT_EQ(parts.query, "x=1&y=2");
  EXPECT_EQ(parts.fragment, "top?no");
}

TEST(SplitUrlTest, PartsMayBeMissing) {
  EXPECT_EQ(SplitUrl("").path, "");
  EXPECT_EQ(SplitUrl("example.org/a").scheme, "");
  EXPECT_EQ(SplitUrl("example.org/a").path, "example.org/a");
  EXPECT_EQ(SplitUrl("//example.org").host, "example.org");
  EXPECT_EQ(SplitUrl("mailto:a@b.c").path, "a@b.c");
  EXPECT_EQ(SplitUrl("1http://a.b").scheme, "");
  EXPECT_EQ(SplitUrl("http://a.b#f?g").fragment, "f?g");
  EXPECT_EQ(SplitUrl("http://a.b?q").query, "q");
  EXPECT_EQ(SplitUrl("http:").path, "");
}

TEST(SplitUrlTest, KeepsTheBracketsOfAnIpv6Literal) {
  const UrlParts parts = SplitUrl("http://u@[2001:db8::1]:80/x");
  EXPECT_EQ(parts.host, "[2001:db8::1]");
  EXPECT_EQ(parts.port, "80");
  EXPECT_EQ(SplitUrl("http://[::1/x").host, "[::1");
}

// The pieces, put together again, are the URL: nothing is lost and nothing comes twice.
TEST(SplitUrlTest, PiecesCoverTheUrl) {
  std::mt19937 random(7);
  const std::string_view alphabet = "ab:/?#@[].%;&=+-1 \xC3";
  for (int round = 0; round < 200000; ++round) {
    std::string url;
    const size_t size = random() % 24;
    for (size_t i = 0; i < size; ++i) url += alphabet[random() % alphabet.size()];
    const UrlParts parts = SplitUrl(url);
    std::string again;
    if (!parts.scheme.empty()) again.append(parts.scheme).append(":");
    if (parts.authority.data() != nullptr) again.append("//").append(parts.authority);
    again += parts.path;
    if (parts.query.data() != nullptr) again.append("?").append(parts.query);
    if (parts.fragment.data() != nullptr) again.append("#").append(parts.fragment);
    ASSERT_EQ(again, url);
  }
}

TEST(LenientHostTest, FindsTheHostAsTldextractDoes) {
  EXPECT_EQ(LenientHost("http://user@Example.org:80/a?b"), "Example.org");
  EXPECT_EQ(LenientHost("example.org/a"), "example.org");
  EXPECT_EQ(LenientHost("//example.org."), "example.org");
  EXPECT_EQ(LenientHost("http://[::1]:80/"), "[::1]");
  EXPECT_EQ(LenientHost("http:/example.org//a"), "http");
  EXPECT_EQ(LenientHost("://example.org"), "");
  EXPECT_EQ(LenientHost("http:// example.org\u3002\u3000/"), "example.org");
  EXPECT_EQ(LenientHost(""), "");
}

std::string Key(std::string_view url, UrlFold fold = {}) {
  std::string key;
  AppendUrlKey(SplitUrl(url), fold, &key);
  return key;
}

TEST(UrlKeyTest, FoldsWhatRfc3986CallsEquivalent) {
  EXPECT_EQ(Key("HTTP://Example.ORG:80"), Key("http://example.org/"));
  EXPECT_EQ(Key("http://a.org./x#top"), Key("http://a.org/x"));
  EXPECT_EQ(Key("http://a.org/%7euser/%3f"), "http://a.org/~user/%3F");
  EXPECT_EQ(Key("https://a.org:443/"), Key("https://a.org/"));
  EXPECT_NE(Key("https://a.org:80/"), Key("https://a.org/"));
  EXPECT_NE(Key("http://a.org/X"), Key("http://a.org/x"));
  EXPECT_NE(Key("http://a.org/?a=1&b=2"), Key("http://a.org/?b=2&a=1"));
  EXPECT_NE(Key("http://a.org/%2F"), Key("http://a.org//"));
  EXPECT_EQ(Key("http://a.org/100%"), "http://a.org/100%");
}

TEST(UrlKeyTest, FoldsOnRequestOnly) {
  const UrlFold all{.scheme = true, .www = true, .slash = true, .tracking = true};
  const std::string_view plain = "http://a.org/x?id=1";
  const std::string_view same[] = {"https://a.org/x?id=1", "http://www.a.org/x?id=1",
                                   "http://a.org/x/?id=1", "http://a.org/x?utm_source=q&id=1",
                                   "https://WWW.a.org:443/x//?id=1&fbclid=2#f"};
  for (const std::string_view url : same) {
    EXPECT_NE(Key(url), Key(plain)) << url;
    EXPECT_EQ(Key(url, all), Key(plain, all)) << url;
  }
  EXPECT_NE(Key("http://www.org/", all), Key("http://org/", all)) << "www.org is a name of its own";
  EXPECT_NE(Key("ftp://a.org/x?id=1", all), Key(plain, all));
  EXPECT_EQ(Key("http://a.org/?utm_source=x", all), "http://a.org/");
}

TEST(TrackingParameterTest, KnowsNamesInAnyCase) {
  EXPECT_TRUE(IsTrackingParameter("UTM_campaign"));
  EXPECT_TRUE(IsTrackingParameter("fbclid"));
  EXPECT_FALSE(IsTrackingParameter("id"));
  EXPECT_FALSE(IsTrackingParameter("utm"));
  EXPECT_FALSE(IsTrackingParameter("ref"));
}

}  // namespace
}  // namespace owt::text
