#include "stages/urls/found_line.h"

#include <gtest/gtest.h>

namespace owt::urls {
namespace {

std::string Line(Provenance provenance) {
  formats::RedditPost post;
  post.subreddit = "a\tb\"c";
  post.id = "x1";
  post.score = 12;
  std::string out;
  AppendFoundLine(provenance, "http://a.org/\"", post, &out);
  return out;
}

TEST(FoundLineTest, ThreeForms) {
  EXPECT_EQ(Line(Provenance::kNone), "http://a.org/\"\n");
  EXPECT_EQ(Line(Provenance::kTsv), "http://a.org/\"\ta b\"c\t12\tx1\n");
  EXPECT_EQ(
      Line(Provenance::kJsonl),
      "{\"url\":\"http://a.org/\\\"\",\"subreddit\":\"a\\tb\\\"c\",\"score\":12,\"id\":\"x1\"}\n");
}

}  // namespace
}  // namespace owt::urls
