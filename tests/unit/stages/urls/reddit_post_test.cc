#include "formats/reddit_post.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace owt::formats {
namespace {

// Reads a line in the middle of other bytes, as it lies in a batch.
class Reading {
 public:
  explicit Reading(std::string line)
      : bytes_(line + "\n{\"url\":\"next\"" + std::string(RedditPostReader::kPadding, '}')),
        reason(reader_.Read(std::string_view(bytes_).substr(0, line.size()), &post)) {}

 private:
  std::string bytes_;
  RedditPostReader reader_;

 public:
  RedditPost post;
  std::string_view reason;
};

TEST(RedditPostTest, ReadsWhatIsNeeded) {
  const Reading read(
      R"({"title":"a \"b\" \ud83d","media":{"url":"no","x":[1,{"score":5}]},"url":"http:\/\/a.org\/\u00e9",)"
      R"("score":17,"over_18":false,"is_self":true,"subreddit":"news","id":"abc"})");
  EXPECT_EQ(read.reason, "");
  EXPECT_EQ(read.post.url, "http://a.org/\u00e9");
  EXPECT_EQ(read.post.score, 17);
  EXPECT_FALSE(read.post.over_18);
  EXPECT_TRUE(read.post.is_self);
  EXPECT_EQ(read.post.subreddit, "news");
  EXPECT_EQ(read.post.id, "abc");
}

TEST(RedditPostTest, OnlyUrlAndScoreAreNeeded) {
  const Reading read(R"( {"score": -2.5, "url": "u", "subreddit": null, "id": 7}  )");
  EXPECT_EQ(read.reason, "");
  EXPECT_EQ(read.post.score, -2.5);
  EXPECT_EQ(read.post.subreddit, "");
  EXPECT_EQ(read.post.id, "");
  EXPECT_FALSE(read.post.over_18);
}

TEST(RedditPostTest, TheLastOfEqualKeysCounts) {
  const Reading read(R"({"url":"a","score":1,"url":"b","score":2})");
  EXPECT_EQ(read.post.url, "b");
  EXPECT_EQ(read.post.score, 2);
}

TEST(RedditPostTest, TruthIsPythons) {
  for (const char* yes : {"true", "1", "-0.5", "\"false\""}) {
    EXPECT_TRUE(Reading(std::string(R"({"url":"a","score":1,"over_18":)") + yes + "}").post.over_18)
        << yes;
  }
  for (const char* no : {"false", "0", "0.0", "\"\"", "null"}) {
    const Reading read(std::string(R"({"url":"a","score":1,"over_18":)") + no + "}");
    EXPECT_EQ(read.reason, "") << no;
    EXPECT_FALSE(read.post.over_18) << no;
  }
}

TEST(RedditPostTest, NamesWhatIsWrong) {
  const struct {
    const char *line, *reason;
  } cases[] = {
      {"", "empty_line"},
      {" \t\r", "empty_line"},
      {"{", "invalid_json"},
      {"{\"url\":\"a\",\"score\":1", "invalid_json"},
      {"{\"url\":\"a\",\"score\":1}}", "invalid_json"},
      {"{\"url\":\"a\",\"score\":1} x", "invalid_json"},
      {"{\"url\":\"a\" \"score\":1}", "invalid_json"},
      {"{\"url\":\"a\",\"score\":1,\"t\":\"", "invalid_json"},
      {"{\"url\":\"a\",\"score\":tru}", "wrong_type_score"},
      {"{\"url\":\"\\ud800\",\"score\":1}", "invalid_json"},
      {"{\"url\":\"a\xFF\",\"score\":1}", "invalid_utf8"},
      {"[1]", "not_an_object"},
      {"7", "not_an_object"},
      {"\"url\"", "not_an_object"},
      {" null ", "not_an_object"},
      {"not json", "invalid_json"},
      {"-1", "not_an_object"},
      {"}", "invalid_json"},
      {"{}", "missing_url"},
      {"{\"url\":null,\"score\":1}", "missing_url"},
      {"{\"url\":\"a\"}", "missing_score"},
      {"{\"url\":7,\"score\":1}", "wrong_type_url"},
      {"{\"url\":\"a\",\"score\":\"1\"}", "wrong_type_score"},
      {"{\"url\":\"a\",\"score\":null}", "wrong_type_score"},
      {"{\"url\":\"a\",\"score\":1,\"over_18\":[]}", "wrong_type_over_18"},
      {"{\"url\":\"a\",\"score\":1,\"is_self\":{}}", "wrong_type_is_self"},
  };

  for (const auto& c : cases) EXPECT_EQ(Reading(c.line).reason, c.reason) << c.line;
}

TEST(RedditPostTest, EveryTruncationIsRefused) {
  const std::string line =
      R"({"a":{"b":[1,2,{"c":"}"}]},"url":"http://a.org/","score":12,"over_18":true,"id":"x\\"})";
  ASSERT_EQ(Reading(line).reason, "");
  for (size_t size = 1; size < line.size(); ++size) {
    EXPECT_NE(Reading(line.substr(0, size)).reason, "") << size;
  }
}

TEST(RedditPostTest, AnyBytesAreSafe) {
  std::mt19937 random(5);
  const std::string line =
      R"({"url":"http://a.org/\u00e9","score":12,"over_18":null,"m":[{"x":1e5}]})";
  int num_good = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string changed = line;
    for (unsigned j = 0; j <= random() % 3; ++j) {
      changed[random() % changed.size()] =
          "{}[]\",:\\ \n\xFF\x80"
          "aue1"[random() % 16];
    }
    num_good += Reading(changed).reason.empty();
  }
  EXPECT_GT(num_good, 1000);
}

}  // namespace
}  // namespace owt::formats
