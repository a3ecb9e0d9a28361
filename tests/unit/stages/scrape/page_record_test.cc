#include "stages/scrape/page_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "stages/scrape/page_tree.h"

namespace owt::scrape {
namespace {

using testing::HasSubstr;
using testing::Not;

Outcome Page(std::string type, std::string body) {
  Outcome page;
  page.ordinal = 3;
  page.listed_url = "http://a.test/\"x";
  page.final_url = "http://b.test/y";
  page.redirects = 1;
  page.result.status = 200;
  page.result.content_type = std::move(type);
  page.result.wire_bytes = body.size();
  page.result.elapsed_ms = 1234;
  page.result.body = std::move(body);
  return page;
}

TEST(PageRecordTest, PlainTextLine) {
  PageFormat format;
  format.with_times = false;
  std::string line;
  ASSERT_EQ(MakePageRecord(Page("text/plain", "  one \"two\"\n\x01\n"), format, 0, &line),
            Reason::kNone);
  EXPECT_EQ(
      line,
      "{\"text\":\"one \\\"two\\\"\\n\\u0001\",\"url\":\"http://a.test/\\\"x\",\"status\":200,"
      "\"final_url\":\"http://b.test/y\",\"content_type\":\"text/plain\","
      "\"encoding\":\"utf-8\",\"bytes\":14,\"redirects\":1}\n");
  format.with_times = true;
  ASSERT_EQ(MakePageRecord(Page("text/plain", "x"), format, 1'700'000'000, &line), Reason::kNone);
  EXPECT_THAT(line, HasSubstr("\"fetched_at\":\"2023-11-14T22:13:20Z\",\"elapsed_ms\":1234}\n"));
}

TEST(PageRecordTest, HtmlGivesTextOrItself) {
  const std::string html =
      "<html lang=de><title>T</title><script>x</script><p>Ein langer Satz, der hier steht.</p>";
  PageFormat format;
  std::string line;
  ASSERT_EQ(MakePageRecord(Page("text/html", html), format, 0, &line), Reason::kNone);
  EXPECT_THAT(line, HasSubstr("Ein langer Satz, der hier steht.\",\"url\""));
  EXPECT_THAT(line, HasSubstr("\"title\":\"T\",\"language\":\"de\""));
  format.layout = PageLayout::kHtml;
  ASSERT_EQ(MakePageRecord(Page("text/html", html), format, 0, &line), Reason::kNone);
  EXPECT_THAT(line, HasSubstr("{\"html\":\"<html lang=de><title>T</title><script>x"));
  EXPECT_THAT(line, Not(HasSubstr("\"text\":")));
}

TEST(PageRecordTest, PagesWithoutText) {
  std::string line;
  EXPECT_EQ(MakePageRecord(Page("text/html", "<script>x</script>"), {}, 0, &line),
            Reason::kEmptyText);
  EXPECT_EQ(MakePageRecord(Page("text/plain", " \n"), {}, 0, &line), Reason::kEmptyText);
}

TEST(PageRecordTest, BytesThatAreNotUtf8BecomeIt) {
  PageFormat format;
  format.layout = PageLayout::kHtml;
  Outcome page = Page("text/html", "caf\xE9 \xFF");
  page.listed_url = "http://a.test/\xE9";
  page.result.charset = "iso-8859-1";
  std::string line;
  ASSERT_EQ(MakePageRecord(page, format, 0, &line), Reason::kNone);
  EXPECT_THAT(line, HasSubstr("caf\xC3\xA9 \xC3\xBF"));
  EXPECT_THAT(line, HasSubstr("http://a.test/\xC3\xA9"));
}

TEST(PageRecordTest, WebtextRecordsComeApartAgain) {
  PageFormat format;
  format.layout = PageLayout::kWebtext;
  std::string bytes;
  for (const char* text : {"one two", "3 4\nfive"}) {
    std::string record;
    ASSERT_EQ(MakePageRecord(Page("text/plain", text), format, 0, &record), Reason::kNone);
    bytes += record;
  }
  std::string_view rest = bytes;
  const WebtextParts first = TakeWebtextRecord(&rest);
  EXPECT_EQ(first.text, "one two");
  EXPECT_EQ(first.meta,
            "{\"url\":\"http://a.test/\\\"x\",\"word_count\":2,\"elapsed\":1.234,"
            "\"scraper\":\"owt\",\"domain\":\"b.test\"}");
  EXPECT_EQ(TakeWebtextRecord(&rest).text, "3 4\nfive");
  EXPECT_TRUE(rest.empty());
  for (std::string_view bad : {"", "5", "5 5", "5 5\nab", "x 1\na", "99999999999999999999 1\n"}) {
    EXPECT_ANY_THROW(TakeWebtextRecord(&bad)) << bad;
  }
}

TEST(PageTreeTest, Names) {
  EXPECT_EQ(PageName(300, "abc"),
            "0000300-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(PageName(123456789, "abc").substr(0, 10), "123456789-");
}

}  // namespace
}  // namespace owt::scrape
