#include "stages/text/html_tokens.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::text {
namespace {

// One line per token: "<div#id.class>", "</div>", or the text in quotes.
std::string Tokens(std::string_view page) {
  HtmlTokenizer tokenizer(page);
  HtmlToken token;
  std::string out;
  while (tokenizer.Next(&token)) {
    if (token.kind == HtmlToken::kText) {
      out.append("'").append(token.text).append("'");
      continue;
    }
    out += token.kind == HtmlToken::kEndTag ? "</" : "<";
    out += token.name;
    if (token.Has(Attribute::kId)) {
      out.append("#").append(token.attributes[static_cast<size_t>(Attribute::kId)]);
    }
    if (token.Has(Attribute::kClass)) {
      out.append(".").append(token.attributes[static_cast<size_t>(Attribute::kClass)]);
    }
    out += token.self_closing ? "/>" : ">";
  }
  return out;
}

TEST(HtmlTokensTest, TagsAndText) { EXPECT_EQ(Tokens("a<p>b</p>c<br/>"), "'a'<p>'b'</p>'c'<br/>"); }

TEST(HtmlTokensTest, AttributesInEveryQuoting) {
  EXPECT_EQ(Tokens("<a id=x class='y z'><a ID = \"q>r\"\nclass=k/>t"), "<a#x.y z><a#q>r.k/>'t'");
  EXPECT_EQ(Tokens("<a id=1 id=2>"), "<a#1>");  // the first wins
  EXPECT_EQ(Tokens("<a hidden id>"), "<a#>");
}

TEST(HtmlTokensTest, ALessThanThatStartsNothingIsText) {
  EXPECT_EQ(Tokens("1 < 2 <3 a<b>"), "'1 ''< 2 ''<3 a'<b>");
  EXPECT_EQ(Tokens("<"), "'<'");
  EXPECT_EQ(Tokens("x</"), "'x''</'");
}

TEST(HtmlTokensTest, CommentsAndDeclarationsVanish) {
  EXPECT_EQ(Tokens("<!DOCTYPE html><!-- <p> -- > --><p><!--><b><!---><i><?php x ?>y</>z"),
            "<p><b><i>'y''z'");
  EXPECT_EQ(Tokens("a<!-- b --!>c<!-- to the end"), "'a''c'");
}

TEST(HtmlTokensTest, ScriptsEndAtTheirEndTagOnly) {
  EXPECT_EQ(Tokens("<script>a<b && '</p>' </scripty></SCRIPT >x"),
            "<script>'a<b && '</p>' </scripty>'</SCRIPT>'x'");
  EXPECT_EQ(Tokens("<script>never closed <p>"), "<script>'never closed <p>'");
}

TEST(HtmlTokensTest, OtherRawTextWithoutEndTagIsReadAsMarkup) {
  EXPECT_EQ(Tokens("<svg><p>a<title>b<p>c"), "<svg><p>'a'<title>'b'<p>'c'");
}

TEST(HtmlTokensTest, APageCutInsideATagLosesThatTagOnly) {
  EXPECT_EQ(Tokens("<p>a<div class='x"), "<p>'a'");
  EXPECT_EQ(Tokens("<p>a<div "), "<p>'a'");
}

}  // namespace
}  // namespace owt::text
