#include "stages/scrape/robots.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace owt::scrape {
namespace {

bool Allowed(std::string_view body, std::string_view path, std::string_view agent = "FooBot") {
  return Robots::Parse(body, agent).Allows(path);
}

TEST(RobotsTest, EmptyFileAndNoGroupAllow) {
  EXPECT_TRUE(Allowed("", "/"));
  EXPECT_TRUE(Allowed("Disallow: /", "/x"));  // a rule outside any group
  EXPECT_TRUE(Allowed("user-agent: BarBot\ndisallow: /\n", "/x"));
}

TEST(RobotsTest, AgentTokenIsTheLeadingLetters) {
  EXPECT_EQ(AgentToken("owt/0.1 (+https://example.org)"), "owt");
  EXPECT_EQ(AgentToken("Foo-Bar_Bot 2"), "Foo-Bar_Bot");
  EXPECT_EQ(AgentToken("1bot"), "");
}

// RFC 9309 section 2.2.1: case-insensitive token, groups of one token merged, * only if none.
TEST(RobotsTest, GroupChoice) {
  const char* body =
      "user-agent: *\ndisallow: /\n\n"
      "user-agent: foobot\ndisallow: /a\n\n"
      "user-agent: other\ndisallow: /\n\n"
      "User-Agent: FOOBOT/2.1\ndisallow: /b\n";
  EXPECT_FALSE(Allowed(body, "/a"));
  EXPECT_FALSE(Allowed(body, "/b"));
  EXPECT_TRUE(Allowed(body, "/c"));
  EXPECT_FALSE(Allowed(body, "/c", "SomeBot"));
}

TEST(RobotsTest, SeveralAgentsShareAGroupAndOtherLinesDoNotSplitIt) {
  const char* body = "user-agent: a\nsitemap: /s\ncrawl-delay: 3\nuser-agent: b\ndisallow: /x\n";
  EXPECT_FALSE(Allowed(body, "/x", "a"));
  EXPECT_FALSE(Allowed(body, "/x", "b"));
  EXPECT_EQ(Robots::Parse(body, "a").crawl_delay_s(), 3.0);
  EXPECT_EQ(Robots::Parse(body, "b").crawl_delay_s(), std::nullopt);
}

TEST(RobotsTest, NamedGroupWithoutRulesAllowsAll) {
  EXPECT_TRUE(Allowed("user-agent: *\ndisallow: /\nuser-agent: foobot\n", "/x"));
}

// RFC 9309 section 5.2 and 2.2.2: the longest match, Allow on a tie.
TEST(RobotsTest, LongestMatchWins) {
  const char* body =
      "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
  EXPECT_TRUE(Allowed(body, "/example/page/x"));
  EXPECT_FALSE(Allowed(body, "/example/page/disallowed.gif"));
  EXPECT_TRUE(Allowed("user-agent: foobot\ndisallow: /x\nallow: /x\n", "/x"));
  EXPECT_FALSE(Allowed("user-agent: foobot\ndisallow: /x/\nallow: /x\n", "/x/y"));
  EXPECT_TRUE(Allowed("user-agent: foobot\nallow: /p\ndisallow: /\n", "/page"));
  EXPECT_FALSE(Allowed("user-agent: foobot\nallow: /page\ndisallow: /*.htm\n", "/page.htm"));
  EXPECT_FALSE(Allowed("user-agent: foobot\nallow: /$\ndisallow: /\n", "/page.htm"));
  EXPECT_TRUE(Allowed("user-agent: foobot\nallow: /$\ndisallow: /\n", "/"));
}

// RFC 9309 section 2.2.3.
TEST(RobotsTest, SpecialCharacters) {
  const char* body = "user-agent: *\ndisallow: *.gif$\ndisallow: /a*b*c\ndisallow: /q$\n";
  EXPECT_FALSE(Allowed(body, "/x/y.gif"));
  EXPECT_TRUE(Allowed(body, "/x/y.gif?z"));
  EXPECT_FALSE(Allowed(body, "/aXbYcZ"));
  EXPECT_FALSE(Allowed(body, "/abc"));
  EXPECT_TRUE(Allowed(body, "/acb"));
  EXPECT_FALSE(Allowed(body, "/q"));
  EXPECT_TRUE(Allowed(body, "/q1"));
  EXPECT_FALSE(Allowed("user-agent: *\ndisallow: /file-with-a-%2A.html", "/file-with-a-*.html"));
  EXPECT_TRUE(Allowed("user-agent: *\ndisallow: /file-with-a-%2A.html", "/file-with-a-b.html"));
  EXPECT_FALSE(Allowed("user-agent: *\ndisallow: /foo-%24", "/foo-$"));
  EXPECT_FALSE(Allowed("user-agent: *\ndisallow: /a$b", "/a$bc"));
}

TEST(RobotsTest, AnchoredLastPieceMayNotOverlapTheOneBefore) {
  EXPECT_TRUE(Allowed("user-agent: *\ndisallow: /ab*ab$", "/ab"));
  EXPECT_FALSE(Allowed("user-agent: *\ndisallow: /ab*ab$", "/abab"));
  EXPECT_FALSE(Allowed("user-agent: *\ndisallow: /a*$", "/a"));
}

// The table of RFC 9309 section 2.2.2.
TEST(RobotsTest, PercentEncoding) {
  auto blocks = [](std::string_view rule, std::string_view path) {
    return !Allowed("user-agent: *\ndisallow: " + std::string(rule), path);
  };
  EXPECT_TRUE(blocks("/foo/bar?baz=quz", "/foo/bar?baz=quz"));
  EXPECT_TRUE(blocks("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar"));
  EXPECT_TRUE(blocks("/foo/bar/\xE3\x83\x84", "/foo/bar/%E3%83%84"));
  EXPECT_TRUE(blocks("/foo/bar/%e3%83%84", "/foo/bar/\xE3\x83\x84"));
  EXPECT_TRUE(blocks("/foo/bar/%62%61%7A", "/foo/bar/baz"));
  EXPECT_FALSE(blocks("/a%2Fb", "/a/b"));
  EXPECT_TRUE(blocks("/100%", "/100%"));
}

TEST(RobotsTest, RobotsFileItselfIsAllowed) {
  EXPECT_TRUE(Allowed("user-agent: *\ndisallow: /", "/robots.txt"));
  EXPECT_TRUE(Robots::DisallowAll().Allows("/robots.txt"));
  EXPECT_FALSE(Robots::DisallowAll().Allows("/"));
  EXPECT_TRUE(Robots::AllowAll().Allows("/x"));
}

TEST(RobotsTest, EmptyRulesSayNothing) {
  EXPECT_TRUE(Allowed("user-agent: *\ndisallow:\n", "/x"));
  EXPECT_FALSE(Allowed("user-agent: *\ndisallow: /\nallow:\n", "/x"));
}

TEST(RobotsTest, PathsAreCaseSensitiveKeysAreNot) {
  EXPECT_TRUE(Allowed("USER-AGENT: FooBot\nDISALLOW: /X/", "/x/y"));
  EXPECT_FALSE(Allowed("USER-AGENT: FooBot\nDISALLOW: /X/", "/X/y"));
}

TEST(RobotsTest, LenientSyntax) {
  EXPECT_FALSE(Allowed("user-agent FooBot\ndisallow /\n", "/x"));
  EXPECT_TRUE(Allowed("foo: FooBot\nbar: /\n", "/x"));
  EXPECT_FALSE(Allowed("useragent: foobot\ndisalow: /x", "/x"));
  EXPECT_FALSE(Allowed("user-agent: foobot\ndissallow: /x", "/x"));
  EXPECT_FALSE(Allowed("\xEF\xBB\xBFuser-agent: foobot\ndisallow: /x", "/x"));
  EXPECT_FALSE(Allowed("user-agent: foobot\r\ndisallow: /x\r\n", "/x"));
  EXPECT_FALSE(Allowed("user-agent: foobot\rdisallow: /x\r", "/x"));
  EXPECT_FALSE(Allowed("user-agent: foobot # us\n  disallow :  /x  # no", "/x"));
  EXPECT_FALSE(Allowed("user-agent: Foo Bar\ndisallow: /x", "/x", "Foo"));
  EXPECT_FALSE(Allowed("user-agent: * baz\ndisallow: /x", "/x"));
  EXPECT_TRUE(Allowed("user-agent: *baz\ndisallow: /x", "/x"));
}

TEST(RobotsTest, AllowOfAnIndexAllowsItsFolder) {
  const char* body = "user-agent: *\nallow: /allowed/index.html\ndisallow: /\n";
  EXPECT_TRUE(Allowed(body, "/allowed/"));
  EXPECT_TRUE(Allowed(body, "/allowed/index.html"));
  EXPECT_FALSE(Allowed(body, "/allowed/other"));
  EXPECT_FALSE(Allowed(body, "/"));
}

TEST(RobotsTest, CrawlDelay) {
  EXPECT_EQ(Robots::Parse("user-agent: *\ncrawl-delay: 2.5", "x").crawl_delay_s(), 2.5);
  EXPECT_EQ(Robots::Parse("user-agent: *\ncrawl-delay: -1", "x").crawl_delay_s(), std::nullopt);
  EXPECT_EQ(Robots::Parse("user-agent: *\ncrawl-delay: inf", "x").crawl_delay_s(), std::nullopt);
  EXPECT_EQ(Robots::Parse("user-agent: *\ncrawl-delay: soon", "x").crawl_delay_s(), std::nullopt);
}

TEST(RobotsTest, BytesBeyondTheCapAreIgnored) {
  std::string body = "user-agent: *\ndisallow: /early\n";
  body.resize(kMaxRobotsBytes - 6, '\n');
  body += "disallow: /late\n";
  EXPECT_FALSE(Allowed(body, "/early"));
  EXPECT_TRUE(Allowed(body, "/late"));
  EXPECT_TRUE(Allowed(body, "/other"));
}

TEST(RobotsTest, OverlongLinesAreCut) {
  const std::string path = "/" + std::string(20000, 'x');
  EXPECT_FALSE(Allowed("user-agent: *\ndisallow: " + path + "\n", path));
}

// Slow and obvious: every way to cut the path at the stars.
bool SlowMatch(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return true;
  if (pattern == "$") return path.empty();
  if (pattern[0] == '*') {
    for (size_t i = 0; i <= path.size(); ++i) {
      if (SlowMatch(pattern.substr(1), path.substr(i))) return true;
    }
    return false;
  }
  return !path.empty() && path[0] == pattern[0] && SlowMatch(pattern.substr(1), path.substr(1));
}

TEST(RobotsTest, MatchingEqualsTheSlowVersion) {
  std::mt19937 random(7);
  auto draw = [&](std::string_view letters, int max_length) {
    std::string text = "/";
    for (int n = static_cast<int>(random() % static_cast<unsigned>(max_length)); n > 0; --n) {
      text += letters[random() % letters.size()];
    }
    return text;
  };
  int num_blocked = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string pattern = draw("ab**", 8);
    if (random() % 3 == 0) pattern += '$';
    const std::string path = draw("ab", 10);
    const bool blocked = SlowMatch(pattern, path);
    num_blocked += blocked;
    ASSERT_EQ(!Allowed("user-agent: *\ndisallow: " + pattern, path), blocked)
        << pattern << " on " << path;
  }
  EXPECT_GT(num_blocked, 1000);
}

TEST(RobotsTest, AnyBytesParse) {
  std::mt19937 random(11);
  constexpr std::string_view kPieces[] = {
      "user-agent:", "*", "disallow:",    "allow:", "/",   "$",      "%",        "%4", "\r",
      "\n",          "#", "crawl-delay:", "1e999",  "\0x", "FooBot", "\xFF\xFE", ":",  " "};
  for (int i = 0; i < 5000; ++i) {
    std::string body;
    for (auto n = random() % 40; n > 0; --n) body += kPieces[random() % std::size(kPieces)];
    const Robots robots = Robots::Parse(body, "FooBot");
    robots.Allows(body);
    EXPECT_TRUE(robots.Allows("/robots.txt"));
  }
}

}  // namespace
}  // namespace owt::scrape
