#include "stages/text/html_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace owt::text {
namespace {

// The tree as nested brackets: "(p text (b more))".
std::string Shape(const HtmlTree& tree) {
  std::string out;
  std::vector<uint32_t> ends;
  for (uint32_t i = 0; i < tree.size(); ++i) {
    while (!ends.empty() && ends.back() <= i) {
      out += ")";
      ends.pop_back();
    }
    if (tree[i].tag == Tag::kText) {
      out.append(" ").append(tree.Text(tree[i]));
      continue;
    }
    out.append("(").append(TagName(tree[i].tag));
    ends.push_back(tree[i].end);
  }
  return out.append(ends.size(), ')');
}

std::string Shape(std::string_view page) { return Shape(ParseHtml(page)); }

TEST(HtmlTreeTest, ImpliedEndTags) {
  EXPECT_EQ(Shape("<p>a<p>b<div>c</div>d"), "(html(p a)(p b)(div c) d)");
  EXPECT_EQ(Shape("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>"),
            "(html(ul(li a)(li b(ul(li c)))(li d)))");
  EXPECT_EQ(Shape("<dl><dt>a<dd>b<dt>c</dl>"), "(html(dl(dt a)(dd b)(dt c)))");
  EXPECT_EQ(Shape("<h1>a<h2>b</h1>c"), "(html(h1 a)(h2 b) c)");
}

TEST(HtmlTreeTest, Tables) {
  EXPECT_EQ(Shape("<table><tr><td>a<td>b<tr><td>c</table>d"),
            "(html(table(tr(td a)(td b))(tr(td c))) d)");
  EXPECT_EQ(Shape("<table><tbody><tr><td>a<tfoot><tr><td>b</table>"),
            "(html(table(tbody(tr(td a)))(tfoot(tr(td b)))))");
  EXPECT_EQ(Shape("<table><tr><td><table><tr><td>in</table>out</table>"),
            "(html(table(tr(td(table(tr(td in))) out))))");
}

TEST(HtmlTreeTest, EndTagsDoNotReachOutOfACell) {
  EXPECT_EQ(Shape("<div><table><tr><td>a</div>b</table>c</div>d"),
            "(html(div(table(tr(td ab))) c) d)");
}

TEST(HtmlTreeTest, HeadAndBody) {
  EXPECT_EQ(Shape("<html><head><title>t</title><meta name=x><body><p>a</body></html>b"),
            "(html(head(title t)(meta))(body(p ab)))");
  EXPECT_EQ(Shape("<head><title>t</title><p>a"), "(html(head(title t))(p a))");
}

TEST(HtmlTreeTest, StrayEndTagsAreIgnored) {
  EXPECT_EQ(Shape("a</p></div></b>b"), "(html ab)");
  EXPECT_EQ(Shape("<x-y>a</x-z>b</x-y>c"), "(html(#unknown ab) c)");
}

TEST(HtmlTreeTest, AMisnestedLinkEndsWithItsBlock) {
  EXPECT_EQ(Shape("<div><a href=x><h3>t</a></h3></div><p>a"), "(html(div(a(h3 t)))(p a))");
  EXPECT_EQ(Shape("<p><a href=1>b<a href=2>c</a>d"), "(html(p(a b)(a c) d))");
}

TEST(HtmlTreeTest, TextIsDecodedOnceAndScriptsAreGone) {
  EXPECT_EQ(Shape("a&amp;lt;b<script>if (a<b) x</script>c<style>p{}</style>"),
            "(html a&lt;b(script) c(style))");
}

TEST(HtmlTreeTest, StructuredDataIsKept) {
  EXPECT_EQ(Shape("<script type='application/ld+json'>{\"a\":\"&amp;\"}</script>"),
            "(html(script {\"a\":\"&amp;\"}))");
}

TEST(HtmlTreeTest, Attributes) {
  const HtmlTree tree = ParseHtml("<div class='a &quot;b' onclick=x hidden><a href=/u>");
  EXPECT_EQ(tree.AttributeOf(tree[1], Attribute::kClass), "a \"b");
  EXPECT_TRUE(tree.HasAttribute(tree[1], Attribute::kHidden));
  EXPECT_FALSE(tree.HasAttribute(tree[1], Attribute::kId));
  EXPECT_EQ(tree.AttributeOf(tree[2], Attribute::kHref), "/u");
}

TEST(HtmlTreeTest, ASecondHtmlTagAddsNothing) {
  const HtmlTree tree = ParseHtml("<html lang=en><html id=x class=y>");
  EXPECT_EQ(tree[0].num_attributes, 1);
  EXPECT_EQ(tree.AttributeOf(tree[0], Attribute::kLang), "en");
  EXPECT_FALSE(tree.HasAttribute(tree[0], Attribute::kClass));
}

std::string Repeat(std::string_view part, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += part;
  return out;
}

TEST(HtmlTreeTest, NestingBeyondTheLimitIsFlattenedAndStaysBalanced) {
  const size_t kDepth = 100'000;
  const HtmlTree tree =
      ParseHtml(Repeat("<div>", kDepth) + "deep" + Repeat("</div>", kDepth) + "<p>after");
  EXPECT_TRUE(tree.truncated());
  uint32_t deepest = 0;
  for (const HtmlNode& node : tree.nodes()) deepest = std::max<uint32_t>(deepest, node.depth);
  EXPECT_LE(deepest, HtmlLimits().max_depth);
  const HtmlNode& paragraph = tree[tree.size() - 2];
  EXPECT_EQ(paragraph.tag, Tag::kP);
  EXPECT_EQ(paragraph.parent, 0u);
}

TEST(HtmlTreeTest, RawElementsThatNeverEndKeepTheLimitToo) {
  const HtmlTree tree = ParseHtml(Repeat("<svg>", 100'000) + "<p>x");
  uint32_t deepest = 0;
  for (const HtmlNode& node : tree.nodes()) deepest = std::max<uint32_t>(deepest, node.depth);
  EXPECT_LE(deepest, HtmlLimits().max_depth + 1);
}

TEST(HtmlTreeTest, LimitsCutAndSaySo) {
  HtmlLimits limits;
  limits.max_nodes = 10;
  EXPECT_EQ(ParseHtml(Repeat("<p>a", 100), limits).size(), 10u);
  EXPECT_TRUE(ParseHtml(Repeat("<p>a", 100), limits).truncated());
  limits = HtmlLimits();
  limits.max_bytes = 4;
  EXPECT_EQ(Shape(ParseHtml("<p>\u20AC", limits)), "(html(p))");  // never half a character
}

// What every consumer relies on, for any bytes.
void ExpectWellFormed(const HtmlTree& tree) {
  ASSERT_GE(tree.size(), 1u);
  EXPECT_EQ(tree[0].end, tree.size());
  for (uint32_t i = 1; i < tree.size(); ++i) {
    const HtmlNode& node = tree[i];
    ASSERT_LT(node.parent, i);
    ASSERT_GT(node.end, i);
    ASSERT_LE(node.end, tree[node.parent].end);
    ASSERT_EQ(node.depth, tree[node.parent].depth + 1);
    ASSERT_TRUE(node.tag != Tag::kText || node.end == i + 1);
  }
}

TEST(HtmlTreeTest, AnySoupGivesAWellFormedTree) {
  const std::string_view parts[] = {
      "<div>",    "</div>",   "<p>",       "</p>",   "<a href=x>", "</a>",    "<b>",
      "</b>",     "<table>",  "<tr>",      "<td>",   "</table>",   "<ul>",    "<li>",
      "</ul>",    "<h1>",     "</h2>",     "text",   "<br>",       "<svg/>",  "<svg>",
      "</svg>",   "<select>", "<option>",  "</tr>",  "<x>",        "</x>",    "<!--",
      "-->",      "<script>", "</script>", "<math>", "<mi/>",      "</math>", "<title>",
      "</title>", "<body>",   "</body>",   "<head>", "</head>",    "</html>", "&amp;",
      "<",        "\"",       "</td>"};
  std::mt19937 random(11);
  HtmlLimits limits;
  limits.max_depth = 8;
  for (int round = 0; round < 3000; ++round) {
    std::string page;
    const size_t length = random() % 60;
    for (size_t i = 0; i < length; ++i) page += parts[random() % std::size(parts)];
    SCOPED_TRACE(page);
    ExpectWellFormed(ParseHtml(page));
    ExpectWellFormed(ParseHtml(page, limits));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace owt::text
