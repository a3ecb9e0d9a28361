#include "stages/text/main_text.h"

#include <gtest/gtest.h>

#include <string>

#include "stages/text/html_names.h"
#include "stages/text/html_text.h"

namespace owt::text {
namespace {

constexpr std::string_view kProse =
    "<p>The first paragraph of the article is long enough to count as prose, with a comma.</p>"
    "<p>The second paragraph of the article is long enough as well, and has another comma.</p>"
    "<p>The third paragraph of the article ends it, so that the whole is more than short.</p>";

std::string Extract(std::string_view page) { return ExtractText(page, "utf-8").text; }

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

NameSignals Names(std::string_view attributes) {
  const HtmlTree tree = ParseHtml(std::string("<div ").append(attributes).append(">x</div>"));
  return ReadNames(tree, tree[1]);
}

TEST(HtmlNamesTest, WordsNotLetters) {
  EXPECT_TRUE(Names("class='post-menu'").discard);
  EXPECT_TRUE(Names("class='postMenu'").discard);
  EXPECT_TRUE(Names("id=comments").discard);
  EXPECT_TRUE(Names("class='x  ad  y'").discard);
  EXPECT_FALSE(Names("class='documentary'").discard);
  EXPECT_FALSE(Names("class='shadow header'").discard);
  EXPECT_FALSE(Names("class='address'").discard);
}

TEST(HtmlNamesTest, WhatAnElementLacksOrIsAbout) {
  EXPECT_FALSE(Names("class='no-sidebar'").discard);
  EXPECT_FALSE(Names("class='content-with-menu'").discard);
  EXPECT_FALSE(Names("class='post tag-advertising category-widgets'").discard);
  EXPECT_TRUE(Names("class='author-bio'").discard);
}

TEST(HtmlNamesTest, RanksOfContainers) {
  EXPECT_EQ(Names("class='entry-content'").content_rank, 0);
  EXPECT_EQ(Names("itemprop=articleBody").content_rank, 0);
  EXPECT_EQ(Names("id=story").content_rank, 2);
  EXPECT_EQ(Names("id=content").content_rank, 3);
  EXPECT_EQ(Names("role=main").content_rank, 4);
  EXPECT_EQ(Names("class=wrapper").content_rank, NameSignals::kNoRank);
}

TEST(HtmlNamesTest, Hidden) {
  EXPECT_TRUE(Names("hidden").hidden);
  EXPECT_TRUE(Names("style='color:red; display: none'").hidden);
  EXPECT_TRUE(Names("aria-hidden=true").hidden);
  EXPECT_FALSE(Names("aria-hidden=false style='display:block'").hidden);
}

TEST(MainTextTest, TheNamedContainerAndNothingAroundIt) {
  const std::string page = std::string(
                               "<body><div id=top>Site name and a slogan that nobody reads, "
                               "however long it may be.</div><div class='entry-content'>")
                               .append(kProse)
                               .append(
                                   "</div><div>Another box at the side, with some words in it that "
                                   "nobody reads.</div></body>");
  const std::string text = Extract(page);
  EXPECT_TRUE(text.starts_with("The first paragraph"));
  EXPECT_TRUE(text.ends_with("more than short."));
}

TEST(MainTextTest, WithoutNamesTheDensestPart) {
  const std::string page = std::string(
                               "<body><div><div><a href=1>One</a> <a href=2>Two</a></div>"
                               "<div><div><div>")
                               .append(kProse)
                               .append("</div></div></div><div>Small print</div></div></body>");
  const HtmlText result = ExtractText(page, "");
  EXPECT_EQ(result.origin, TextOrigin::kDensest);
  EXPECT_TRUE(result.text.starts_with("The first paragraph"));
  EXPECT_FALSE(Has(result.text, "Small print"));
}

TEST(MainTextTest, AListOfArticlesIsReadAsAWhole) {
  std::string page = "<body><main>";
  for (int i = 0; i < 5; ++i) page.append("<article>").append(kProse).append("</article>");
  page.append(
      "<article><p>The last one of the articles differs from all of the others.</p></article>");
  const std::string text = Extract(page.append("</main></body>"));
  EXPECT_TRUE(Has(text, "The last one"));
}

TEST(MainTextTest, BoilerplateInsideTheArticleGoes) {
  const std::string text = Extract(
      std::string("<article><h1>Title</h1><div class=share>Share this with all of your friends, "
                  "please</div>")
          .append(kProse)
          .append("<ul class=related-posts><li><a href=1>One more</a></ul><nav>Next</nav>"
                  "<p>Facebook</p><h3>Leave a reply</h3></article>"));
  EXPECT_TRUE(text.starts_with("Title\n\nThe first"));
  EXPECT_TRUE(text.ends_with("more than short."));
  EXPECT_FALSE(Has(text, "Share"));
}

TEST(MainTextTest, ANameThatWouldTakeTheArticleIsNotBelieved) {
  const std::string page =
      std::string("<body><div class='widget'>").append(kProse).append("</div>");
  EXPECT_TRUE(Has(Extract(page), "second paragraph"));
}

TEST(MainTextTest, ListsOfLinksGoAndLinksInSentencesStay) {
  const std::string page =
      std::string("<article>")
          .append(kProse)
          .append("<p>See also the <a href=x>other article</a> for this, which is good.</p><ul>")
          .append("<li><a href=1>A headline of another article here</a>")
          .append("<li><a href=2>A headline of a second article here</a>")
          .append("<li><a href=3>A headline of a third article here</a></ul>")
          .append("<p>The end of it all comes here, and it says goodbye.</p></article>");
  const std::string text = Extract(page);
  EXPECT_TRUE(Has(text, "other article for this"));
  EXPECT_FALSE(Has(text, "headline"));
}

TEST(MainTextTest, CodeKeepsItsClassesAndBlanks) {
  const std::string page =
      std::string("<article>")
          .append(kProse)
          .append("<pre><span class=comment># menu</span>\n  <span class=nav>x</span> = 1</pre>")
          .append("</article>");
  EXPECT_TRUE(Has(Extract(page), "# menu\n  x = 1"));
}

TEST(MainTextTest, ShortPagesFallBackToAllParagraphs) {
  const std::string page =
      "<body><div class=entry-content>Short.</div><div><div><p>A paragraph elsewhere that is long "
      "enough to be taken for prose.</p></div></div></body>";
  const HtmlText result = ExtractText(page, "");
  EXPECT_TRUE(Has(result.text, "A paragraph elsewhere"));
}

TEST(MainTextTest, StructuredDataWhereThePageHoldsNoText) {
  const HtmlText result = ExtractText(
      "<script type='application/ld+json'>{\"@type\": \"Article\", \"articleBody\" : \"It "
      "\\u00e9t\\u00e9 "
      "\\ud83d\\ude00 said \\\"so\\\".\\nAnd <b>more</b> &amp; more.\", "
      "broken</script><p>Subscribe!",
      "");
  EXPECT_EQ(result.origin, TextOrigin::kMetadata);
  EXPECT_EQ(result.text, "It \u00e9t\u00e9 \U0001F600 said \"so\".\n\nAnd more & more.");
}

TEST(MainTextTest, EveryByteOfSoupGivesValidText) {
  const HtmlText result = ExtractText(std::string("\xFF<p>\0a</p>\xC3", 11), "utf-8");
  EXPECT_EQ(result.text.find('\0'), std::string::npos);
}

}  // namespace
}  // namespace owt::text
