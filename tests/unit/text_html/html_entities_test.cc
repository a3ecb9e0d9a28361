#include "stages/text/html_entities.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::text {
namespace {

std::string Decode(std::string_view input, bool in_attribute = false) {
  std::string out;
  AppendDecoded(input, in_attribute, &out);
  return out;
}

TEST(HtmlEntitiesTest, NamedWithSemicolon) {
  EXPECT_EQ(Decode("a &lt; b &amp;&amp; c &gt; d"), "a < b && c > d");
  EXPECT_EQ(Decode("&CounterClockwiseContourIntegral;"), "\u2233");
  EXPECT_EQ(Decode("&NotEqualTilde;"), "\u2242\u0338");  // two characters
}

TEST(HtmlEntitiesTest, OldNamesNeedNoSemicolonAndTakeTheLongestMatch) {
  EXPECT_EQ(Decode("&copy 2020 &notit; &notin;"), "\u00A9 2020 \u00ACit; \u2209");
  EXPECT_EQ(Decode("&frac12x &ampx"), "\u00BDx &x");
}

TEST(HtmlEntitiesTest, OldNamesInAttributesMustEnd) {
  EXPECT_EQ(Decode("?a=1&copy=2&reg", true), "?a=1&copy=2\u00AE");
  EXPECT_EQ(Decode("?a=1&copy;", true), "?a=1\u00A9");
}

TEST(HtmlEntitiesTest, UnknownNamesStay) {
  EXPECT_EQ(Decode("AT&T &bogus; & &; &#; &#x; &hellip"), "AT&T &bogus; & &; &#; &#x; &hellip");
}

TEST(HtmlEntitiesTest, Numbers) {
  EXPECT_EQ(Decode("&#65;&#x41;&#X1F600;&#65B"), "AA\U0001F600AB");
  EXPECT_EQ(Decode("&#0;&#xD800;&#x110000;&#99999999999999999999;"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(Decode("&#150;&#x80;"), "\u2013\u20AC");  // windows-1252
}

TEST(HtmlEntitiesTest, NulIsLeftOut) { EXPECT_EQ(Decode(std::string_view("a\0b", 3)), "ab"); }

}  // namespace
}  // namespace owt::text
