#include "stages/urls/html_unescape.h"

#include <gtest/gtest.h>

namespace owt::urls {
namespace {

std::string Unescaped(std::string_view text) {
  std::string out;
  AppendUnescaped(text, &out);
  return out;
}

// Expected values are those of Python 3.11; tests/conformance/url.py compares many more.
TEST(HtmlUnescapeTest, DecodesAsPythonDoes) {
  EXPECT_EQ(Unescaped("http://a.org/?x=1&amp;y=2"), "http://a.org/?x=1&y=2");
  EXPECT_EQ(Unescaped("?a=1&copy=2&notit;&para"), "?a=1\u00A9=2\u00ACit;\u00B6");
  EXPECT_EQ(Unescaped("&#38;&#x26;&#38x&#X41;"), "&&&xA");
  EXPECT_EQ(Unescaped("&#128;&#x9f;&#129;"), "\u20AC\u0178\u0081");
  EXPECT_EQ(Unescaped("&#0;&#xD800;&#1114112;&#99999999999999999999;"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(Unescaped("a&#1;b&#xFFFE;c&#x1FFFF;&#11;"), "abc");
  EXPECT_EQ(Unescaped("&#10;&#13;&#9;"), "\n\r\t");
  EXPECT_EQ(Unescaped("&;&#;&#x;&nosuch;&"), "&;&#;&#x;&nosuch;&");
  EXPECT_EQ(Unescaped("&amp;amp;"), "&amp;");
  EXPECT_EQ(Unescaped("&NotEqualTilde;"), "\u2242\u0338");
  EXPECT_EQ(Unescaped(""), "");
}

}  // namespace
}  // namespace owt::urls
