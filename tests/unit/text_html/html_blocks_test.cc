#include "stages/text/html_blocks.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::text {
namespace {

std::string Render(std::string_view page) {
  const HtmlTree tree = ParseHtml(page);
  return JoinBlocks(CollectBlocks(tree, 0, NodeSet(tree.size())));
}

TEST(HtmlBlocksTest, BlocksPartWordsAndInlineElementsDoNot) {
  EXPECT_EQ(Render("<p>one <b>two</b><i>three</i></p><p>four</p>five"),
            "one twothree\n\nfour\n\nfive");
  EXPECT_EQ(Render("<div>a<div>b</div>c</div>d"), "a\n\nb\n\nc\n\nd");
}

TEST(HtmlBlocksTest, BlanksCollapseAcrossElements) {
  EXPECT_EQ(Render("<p>  a \n <b> b</b>\t<i> </i> c&nbsp; d  </p>"), "a b c d");
  EXPECT_EQ(Render("<p>hy&shy;phen\u200Bated</p>"), "hyphenated");
}

TEST(HtmlBlocksTest, OneBreakIsALineTwoAreAParagraph) {
  EXPECT_EQ(Render("a<br>b<br/><br>c<br> <br> <br>d<br>"), "a\nb\n\nc\n\nd");
}

TEST(HtmlBlocksTest, Lists) {
  EXPECT_EQ(Render("x<ul><li>a<li>b<ol><li>c<li>d</ol></ul>y"), "x\n\n- a\n- b\n1. c\n2. d\n\ny");
  EXPECT_EQ(Render("<ul><li><p>a</p><p>b</p></li><li></li><li>c</ul>"), "- a\nb\n- c");
  EXPECT_EQ(Render("<dl><dt>a<dd>b</dl>"), "a\nb");
}

TEST(HtmlBlocksTest, RowsOfShortCellsAreLines) {
  EXPECT_EQ(Render("<table><tr><th>a<th>b<tr><td><p>1</p><td>2 <b>3</b></table>x"),
            "a | b\n1 | 2 3\n\nx");
}

TEST(HtmlBlocksTest, TablesForLayoutAreReadAsBlocks) {
  const std::string words(400, 'w');
  EXPECT_EQ(Render("<table><tr><td>menu<td><p>" + words + "</p><p>b</p></table>"),
            "menu\n\n" + words + "\n\nb");
}

TEST(HtmlBlocksTest, PreKeepsItsBlanks) {
  EXPECT_EQ(Render("<p>a</p><pre>\n  if x:\n\ty  =  1\r\n</pre><p>b"),
            "a\n\n  if x:\n\ty  =  1\n\nb");
  EXPECT_EQ(Render("<pre><div>a</div><div>b</div>c<br>d</pre>"), "a\nb\nc\nd");
}

TEST(HtmlBlocksTest, KindsAndLinkCharacters) {
  const HtmlTree tree = ParseHtml("<h2>t<i>u</i></h2>x<p>\u00E4 <a href=q>link \u00F6</a>");
  const auto blocks = CollectBlocks(tree, 0, NodeSet(tree.size()));
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].kind, BlockKind::kHeading);
  EXPECT_EQ(blocks[1].kind, BlockKind::kParagraph);
  EXPECT_EQ(blocks[2].num_chars, 8u);
  EXPECT_EQ(blocks[2].num_link_chars, 6u);
}

TEST(HtmlBlocksTest, DroppedNodesStillPartBlocks) {
  const HtmlTree tree = ParseHtml("a<div>b</div>c<b>d</b>e");
  NodeSet dropped(tree.size());
  for (uint32_t i = 0; i < tree.size(); ++i) {
    dropped[i] = tree[i].tag == Tag::kDiv || tree[i].tag == Tag::kB;
  }
  EXPECT_EQ(JoinBlocks(CollectBlocks(tree, 0, dropped)), "a\n\nce");
}

}  // namespace
}  // namespace owt::text
