#include "stages/text/html_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace owt::text {
namespace {

TEST(HtmlTextTest, TitleTextAndLanguage) {
  const HtmlText result = ExtractText(
      "<html lang=de><head><title> A \n title</title></head><body><nav>menu</nav>"
      "<p>Gr\xFC\xDF dich.</p><script>x()</script></body></html>",
      "iso-8859-1");
  EXPECT_EQ(result.title, "A title");
  EXPECT_EQ(result.language, "de");
  EXPECT_EQ(result.text, "Gr\u00FC\u00DF dich.");
  EXPECT_EQ(result.encoding, "windows-1252");
}

TEST(HtmlTextTest, APageWithoutTextIsEmpty) {
  EXPECT_EQ(ExtractText("", "").text, "");
  EXPECT_EQ(ExtractText("<html><script>x</script>", "").origin, TextOrigin::kNone);
}

// What is quadratic anywhere takes minutes on these and runs into the time limit of the suite.
TEST(HtmlTextTest, HostilePagesEnd) {
  const std::pair<std::string_view, std::string_view> repeated[] = {
      {"", "<div>"},
      {"", "<b></i>"},
      {"<p ", "a1 "},
      {"<p class='", "nav "},
      {"", "<p class=x"},
      {"", "<title>"},
      {"", "<svg>"},
      {"", "<script>"},
      {"", "<!--"},
      {"", "<"},
      {"", "&a"},
      {"", "</"},
      {"", "<li>x"},
      {"", "<a href=x><p>y"},
      {"", "<table><td>"},
      {"<table>", "<tr><td>x"},
      {"", "<figure>"},
      {"", "<pre>x<div>"},
      {"", "<h1>"},
      {"", "<dl><dt>a<dd>b"},
      {"", "<section>w "},
      {"", "<main><article>"},
      {"", "<p>Words, and some more of them."}};
  constexpr size_t kBytes = size_t{1} << 19;
  for (const auto& [head, part] : repeated) {
    std::string page(head);
    while (page.size() < kBytes) page += part;
    const HtmlText result = ExtractText(page, "");
    EXPECT_LE(result.text.size(), 2 * kBytes) << part;
  }
}

TEST(HtmlTextTest, LimitsCutThePageAndSaySo) {
  HtmlLimits limits;
  limits.max_bytes = 30;
  const HtmlText result = ExtractText("<p>The first words. <p>The rest of the page.", "", limits);
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(result.text, "The first words.\n\nThe res");
}

}  // namespace
}  // namespace owt::text
