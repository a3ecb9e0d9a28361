#include "stages/scrape/target.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::scrape {
namespace {

TEST(TargetTest, Parts) {
  const auto target = ParseTarget("  HTTP://Example.ORG:8080/a/../b%20c?q=1&r=2#top ");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->url, "http://example.org:8080/b%20c?q=1&r=2");
  EXPECT_EQ(target->host, "example.org");
  EXPECT_EQ(target->origin, "http://example.org:8080");
  EXPECT_EQ(target->path, "/b%20c?q=1&r=2");
  EXPECT_EQ(target->port, 8080);
}

TEST(TargetTest, DefaultsAreFilledIn) {
  const auto target = ParseTarget("https://example.org");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->origin, "https://example.org:443");
  EXPECT_EQ(target->path, "/");
  EXPECT_EQ(ParseTarget("http://a.test?x")->path, "/?x");
  EXPECT_EQ(ParseTarget("http://a.test:80/x")->url, "http://a.test/x");
  EXPECT_EQ(ParseTarget("http://a.test./x")->host, "a.test");
}

TEST(TargetTest, BlanksAndOtherBytesAreEscaped) {
  EXPECT_EQ(ParseTarget("http://a.test/a b")->path, "/a%20b");
  EXPECT_EQ(ParseTarget("http://a.test/\xC3\xA9")->path, "/%c3%a9");
}

TEST(TargetTest, OddAddressSpellingsBecomeAddresses) {
  EXPECT_EQ(ParseTarget("http://0x7f.1/")->host, "127.0.0.1");
  EXPECT_EQ(ParseTarget("http://2130706433/")->host, "127.0.0.1");
  EXPECT_EQ(ParseTarget("http://[::1]/")->host, "[::1]");
}

TEST(TargetTest, Refused) {
  for (const char* url :
       {"", "x", "example.org", "/path", "ftp://a.test/", "file:///etc/passwd", "gopher://a.test/",
        "javascript:alert(1)", "http://", "http:///", "http://u:p@a.test/", "http://u@a.test/",
        "http://a.test:99999/", "http://a.test:x/", "http://a b/", "//a.test/"}) {
    EXPECT_FALSE(ParseTarget(url)) << url;
  }
  EXPECT_FALSE(ParseTarget("http://a.test/" + std::string(kMaxUrlBytes, 'x')));
  EXPECT_FALSE(ParseTarget(std::string_view("http://a.test/\0x", 16)));
  EXPECT_FALSE(ParseTarget("http://a.test/\r\nHost: b"));
}

TEST(TargetTest, Locations) {
  const Target from = *ParseTarget("https://a.test/dir/page?x=1");
  EXPECT_EQ(ParseLocation(from, "other")->url, "https://a.test/dir/other");
  EXPECT_EQ(ParseLocation(from, "/root?y")->url, "https://a.test/root?y");
  EXPECT_EQ(ParseLocation(from, "?z=1")->url, "https://a.test/dir/page?z=1");
  EXPECT_EQ(ParseLocation(from, "//b.test/p")->url, "https://b.test/p");
  EXPECT_EQ(ParseLocation(from, "http://b.test:8080/p")->origin, "http://b.test:8080");
  EXPECT_FALSE(ParseLocation(from, ""));
  EXPECT_FALSE(ParseLocation(from, "file:///etc/passwd"));
  EXPECT_FALSE(ParseLocation(from, "gopher://b.test/"));
  EXPECT_FALSE(ParseLocation(from, "http://u:p@b.test/"));
}

}  // namespace
}  // namespace owt::scrape
