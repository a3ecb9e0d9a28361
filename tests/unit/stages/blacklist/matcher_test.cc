#include "stages/blacklist/matcher.h"

#include <gtest/gtest.h>

namespace owt::blacklist {
namespace {

struct Case {
  const char *url, *ours, *megatrons;
};

TEST(MatcherTest, FirstReasonWins) {
  const Case cases[] = {
      {"http://example.org/a.html", "", ""},
      {"http://www.amazon.de/x", "domain", "domain"},
      {"http://IMGUR.com/x", "domain", ""},  // the reference compares letter by letter
      {"imgur.com", "domain", "domain"},
      {"http://imgur.example.org/x", "", ""},  // a sub-domain of that name is no match
      {"http://foo.github.io/", "domain", "domain"},
      {"http://example.org/a.PDF?x", "extension", "extension"},
      {"http://example.org/a.7z", "extension", ""},
      {"http://example.org/a.ai", "extension", ""},
      {"http://example.org/a.7z.ai", "extension", "extension"},
      {"http://example.org/a.pdf#page=2", "extension", ""},
      {"http://example.org/a.tar.gz", "extension", "extension"},
      {"http://example.app", "", "extension"},
      {"http://example.org/a?file=x.pdf", "", ""},
      {"http://example.org/pdf", "", ""},
      {"http://example.org/a.M\u212AV", "extension", "extension"},
      {"http://a", "short", "short"},
      {"\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9", "short", "short"},
      {"", "short", "short"},
      {"http://ab", "malformed", "malformed"},
      {"http://my_host.example.org/", "", "malformed"},
      {"ftp://example.org/", "malformed", "malformed"},
      {".png", "extension", "extension"},  // extension comes before short
  };
  const Blacklist ours(Compat::kNone, {}, {});
  const Blacklist megatrons(Compat::kMegatron, {}, {});
  Matcher our_matcher(&ours);
  Matcher megatron_matcher(&megatrons);
  for (const Case& c : cases) {
    EXPECT_EQ(our_matcher.DropReason(c.url), c.ours) << c.url;
    EXPECT_EQ(megatron_matcher.DropReason(c.url), c.megatrons) << c.url;
  }
}

TEST(MatcherTest, ListsCanBeExtended) {
  const Blacklist blacklist(Compat::kNone, {"example", "news.sample.org"}, {"foo", ".b.ar"});
  Matcher matcher(&blacklist);
  EXPECT_EQ(matcher.DropReason("http://www.example.co.uk/x"), "domain");
  EXPECT_EQ(matcher.DropReason("http://news.sample.org/x"), "domain");
  EXPECT_EQ(matcher.DropReason("http://a.NEWS.sample.org:80/x"), "domain");
  EXPECT_EQ(matcher.DropReason("http://sample.org/x"), "");
  EXPECT_EQ(matcher.DropReason("http://anews.sample.org/x"), "");
  EXPECT_EQ(matcher.DropReason("http://other.org/x.Foo"), "extension");
  EXPECT_EQ(matcher.DropReason("http://other.org/x.b.ar"), "extension");
  EXPECT_EQ(matcher.DropReason("http://other.org/xb.ar"), "");
  EXPECT_EQ(matcher.DropReason("http://imgur.com/"), "domain") << "the embedded list stays";
}

TEST(NameListTest, CommentsAndBlanksAreNoNames) {
  EXPECT_EQ(text::ParseNameList("# all\n  Foo \n\nbar # why\r\nlast"),
            (std::vector<std::string>{"foo", "bar", "last"}));
}

}  // namespace
}  // namespace owt::blacklist
