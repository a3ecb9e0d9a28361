#include "stages/urls/post_filter.h"

#include <gtest/gtest.h>

namespace owt::urls {
namespace {

formats::RedditPost Post(std::string_view url, double score = 10) {
  formats::RedditPost post;
  post.url = url;
  post.score = score;
  return post;
}

struct Judgement {
  std::string_view reason;
  FoundUrl found;
};

Judgement Judge(const PostRules& rules, const formats::RedditPost& post) {
  PostFilter filter(&rules);
  Judgement judgement;
  judgement.reason = filter.Judge(post, &judgement.found);
  return judgement;
}

TEST(PostFilterTest, ReasonsInBothModes) {
  const PostRules ours(Compat::kNone, {}, {});
  const PostRules theirs(Compat::kOpenWebText, {}, {});

  const struct {
    const char *url, *ours, *theirs;
  } cases[] = {
      {"http://example.org/a", "", ""},
      {"http://i.imgur.com/a", "domain", "domain"},
      {"http://IMGUR.com/a", "domain", ""},
      {"http://imgur.de/a", "", ""},  // a registrable domain, not a label
      {"http://itunes.apple.com/x", "domain", "domain"},
      {"http://a.itunes.apple.com/x", "domain", ""},
      {"http://www.apple.com/x", "", ""},
      {"http://imgur\u3002com/a", "domain", "domain"},
      {"http://example.org/a.PDF?x", "extension", "extension"},
      {"http://example.org/a.pdf#x", "extension", ""},
      {"http://example.app/", "", ""},
      {"http://example.app", "", "extension"},
      {"http://a/", "short", "short"},
      {"ftp://example.org/a", "not_http", ""},
      {"/r/pics/comments/1", "not_http", ""},
      {"http://example.org/a b", "not_http", ""},
      {"http://example.org/a\nb", "not_http", "line_break"},
      {"http://[x]/yyyyyy", "", "unparsable"},
      {"http://example.org/&#10;b", "not_http", "line_break"},
  };

  for (const auto& c : cases) {
    EXPECT_EQ(Judge(ours, Post(c.url)).reason, c.ours) << c.url;
    EXPECT_EQ(Judge(theirs, Post(c.url)).reason, c.theirs) << c.url;
  }
}

TEST(PostFilterTest, ScoreAgeAndSelf) {
  PostRules rules(Compat::kNone, {}, {});
  const char* url = "http://example.org/";
  EXPECT_EQ(Judge(rules, Post(url, 2)).reason, "low_score");
  EXPECT_EQ(Judge(rules, Post(url, 3)).reason, "");
  EXPECT_EQ(Judge(rules, Post(url, 2.5)).reason, "low_score");
  EXPECT_EQ(Judge(PostRules(Compat::kOpenWebText, {}, {}), Post(url, 2.5)).reason, "");
  formats::RedditPost post = Post(url);
  post.over_18 = true;
  EXPECT_EQ(Judge(rules, post).reason, "over_18");
  rules.keep_over_18 = true;
  EXPECT_EQ(Judge(rules, post).reason, "");
  post.is_self = true;
  EXPECT_EQ(Judge(rules, post).reason, "self_post");
  rules.keep_self_posts = true;
  EXPECT_EQ(Judge(rules, post).reason, "");
  rules.min_score = -5;
  EXPECT_EQ(Judge(rules, Post(url, -5)).reason, "");
}

TEST(PostFilterTest, TheUrlIsDecodedAndItsKeyFolded) {
  PostRules rules(Compat::kNone, {}, {});
  const Judgement a = Judge(rules, Post(" http://Example.org?x=1&amp;y=2 "));
  EXPECT_EQ(a.found.url, "http://Example.org?x=1&y=2");
  EXPECT_EQ(a.found.key, Judge(rules, Post("http://example.org:80/?x=1&y=2#top")).found.key);
  EXPECT_FALSE(a.found.key == Judge(rules, Post("https://example.org/?x=1&y=2")).found.key);
  rules.fold.scheme = true;
  EXPECT_EQ(Judge(rules, Post("https://example.org/x")).found.key,
            Judge(rules, Post("http://example.org/x")).found.key);
}

TEST(PostFilterTest, ListsCanBeExtended) {
  const PostRules rules(Compat::kNone, {"example.org", "sample"}, {"foo"});
  EXPECT_EQ(Judge(rules, Post("http://a.example.org/")).reason, "domain");
  EXPECT_EQ(Judge(rules, Post("http://sample.co.uk/")).reason, "domain");
  EXPECT_EQ(Judge(rules, Post("http://other.org/x.foo")).reason, "extension");
}

}  // namespace
}  // namespace owt::urls
