#include "formats/document.h"

#include <gtest/gtest.h>

#include <random>

#include "pipeline/buffer.h"

namespace owt {
namespace {

class DocumentTest : public testing::Test {
 protected:
  // Keeps the line alive with padding behind it.
  std::string Parse(std::string_view line) { return ParseWith(&parser_, line); }

  std::string ParseWith(DocumentParser* parser, std::string_view line) {
    buffer_ = Buffer();
    buffer_.Append(line);
    return std::string(parser->Parse(buffer_.view(), &document_));
  }

  std::string Line() const {
    std::string out;
    document_.AppendLine(&out);
    return out;
  }

  Buffer buffer_;
  DocumentParser parser_{DocumentKeys{}};
  Document document_;
};

TEST_F(DocumentTest, ReadsTextAndUrl) {
  EXPECT_EQ(
      Parse(R"({"url": "http://a/\u0041", "text": "x\ny \ud83d\ude00", "n": [1, {"text": 2}]})"),
      "");
  EXPECT_EQ(document_.text(), "x\ny \xF0\x9F\x98\x80");
  EXPECT_EQ(document_.url(), "http://a/A");
  EXPECT_EQ(document_.Json("n"), R"([1, {"text": 2}])");
  EXPECT_EQ(document_.Json("none"), std::nullopt);
}

TEST_F(DocumentTest, UntouchedRecordsAreCopiedByteForByte) {
  const std::string line = "  {\"a\" :1.50e3 ,\"text\":\t\"\\u0041\\/\" , \"b\":{ } }\t\r";
  EXPECT_EQ(Parse(line), "");
  EXPECT_FALSE(document_.changed());
  EXPECT_EQ(Line(), line + "\n");
}

TEST_F(DocumentTest, AReplacedSurrogateChangesTheRecord) {
  DocumentParser replacing({}, true);
  EXPECT_EQ(ParseWith(&replacing, R"({"text": "\ud83d x \ud83d\ude00", "url": "a" })"), "");
  EXPECT_EQ(document_.text(), "\uFFFD x \U0001F600");
  EXPECT_TRUE(document_.changed());
  EXPECT_EQ(Line(), "{\"text\": \"\uFFFD x \U0001F600\", \"url\": \"a\" }\n");
  EXPECT_EQ(ParseWith(&replacing, R"({"text": "\ud83d\ude00"})"), "");
  EXPECT_FALSE(document_.changed());
  EXPECT_EQ(ParseWith(&replacing, R"({"text": "\ud83d\u0000"})"), "nul_in_text");
}

TEST_F(DocumentTest, EditsTouchNothingElse) {
  EXPECT_EQ(Parse(R"({ "a" :1.50e3 ,"text":  "old" , "b":"\u00e9" })"), "");
  document_.SetText("new \"text\"\n\x01\\");
  document_.SetJson("b", "[]");
  document_.SetString("c", "d");
  document_.SetNumber("score", 0.25);
  EXPECT_TRUE(document_.changed());
  EXPECT_EQ(
      Line(),
      R"({ "a" :1.50e3 ,"text":  "new \"text\"\n\u0001\\" , "b":[], "c": "d", "score": 0.25 })"
      "\n");
}

TEST_F(DocumentTest, LastSettingOfAFieldWins) {
  EXPECT_EQ(Parse(R"({"text":"t","k":1})"), "");
  document_.SetJson("k", "2");
  document_.SetJson("k", "3");
  EXPECT_EQ(document_.Json("k"), "3");
  EXPECT_EQ(Line(), "{\"text\":\"t\",\"k\":3}\n");
}

TEST_F(DocumentTest, BadRecordsHaveNames) {
  const std::pair<const char*, const char*> cases[] = {
      {"{\"text\": \"a\"", "truncated_json"},
      {"{\"text\": \"a", "truncated_json"},
      {"{\"text\": \"a\", ", "truncated_json"},
      {"{\"text\": \"a\"} }", "invalid_json"},
      {"{\"text\": \"a\"}{\"text\": \"b\"}", "invalid_json"},
      {"{\"text\": \"a\", \"b\": tru}", "invalid_json"},
      {"{\"text\": \"a\", \"b\": 01}", "invalid_json"},
      {"{\"text\": \"a\":{}}", "invalid_json"},
      {"{\"text\": \"a\", \"b\": \"c\":[1]}", "invalid_json"},
      {"{\"text\": \"a\x01\"}", "invalid_json"},
      {"{\"text\": \"\\x\"}", "invalid_json"},
      {"[1]", "not_an_object"},
      {"\"text\"", "not_an_object"},
      {"{\"text\": \"a\", \"text\": \"b\"}", "duplicate_key"},
      {"{\"text\": \"a\", \"b\": 1, \"b\": 2}", "duplicate_key"},
      {"{}", "missing_text"},
      {"{\"Text\": \"a\"}", "missing_text"},
      {"{\"text\": 1}", "text_not_a_string"},
      {"{\"text\": null}", "text_not_a_string"},
      {"{\"text\": {\"text\": \"a\"}}", "text_not_a_string"},
      {"{\"text\": \"a\", \"url\": 1}", "url_not_a_string"},
      {"{\"text\": \"\\ud800\"}", "lone_surrogate"},
      {"{\"text\": \"\\udc00\\ud800\"}", "lone_surrogate"},
      {"{\"text\": \"a\\u0000b\"}", "nul_in_text"},
      {"{\"text\": \"\xff\"}", "invalid_utf8"},
      {"{\"text\": \"\xed\xa0\x80\"}", "invalid_utf8"},
  };
  for (const auto& [line, reason] : cases) EXPECT_EQ(Parse(line), reason) << line;
}

TEST_F(DocumentTest, NullUrlIsNoUrl) {
  EXPECT_EQ(Parse(R"({"text":"t","url":null})"), "");
  EXPECT_EQ(document_.url(), "");
}

TEST_F(DocumentTest, DeepNestingIsRefusedNotFollowed) {
  const std::string line =
      "{\"text\":\"t\",\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}";
  const std::string reason = Parse(line);
  EXPECT_TRUE(reason == "too_deep" || reason.empty()) << reason;
}

// No input makes it crash, and what it accepts comes out as it went in.
TEST_F(DocumentTest, MutatedRecordsNeverCrash) {
  const std::string seed =
      R"({"text":"caf\u00e9 \ud83d\ude00 \"q\"","url":"http:\/\/x","n":[1,2.5e-3,{"k":null}],"b":false})";
  std::minstd_rand random(1);
  size_t accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string line = seed;
    for (size_t edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t at = random() % line.size();
      switch (random() % 3) {
        case 0:
          line[at] = static_cast<char>(random());
          break;
        case 1:
          line.erase(at, 1 + random() % 4);
          break;
        default:
          line.insert(at, 1, "\\\"{}[],:u0dt\xC3"[random() % 13]);
      }
    }
    if (!Parse(line).empty()) continue;
    ++accepted;
    ASSERT_EQ(Line(), line + "\n");
  }
  EXPECT_GT(accepted, 1000u);
}

}  // namespace
}  // namespace owt
