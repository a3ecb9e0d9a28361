#include "stages/cleanup/clean_text.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::cleanup {
namespace {

using namespace std::string_literals;

std::string Clean(std::string_view text, const CleanOptions& options = {}) {
  std::string out;
  return CleanText(text, options, &out) ? out : std::string(text);
}

TEST(CleanText, PlainTextIsLeftAlone) {
  std::string out = "before";
  const std::string plain =
      "Printable ASCII; tabs\t, line feeds\n and \f form feeds. " + std::string(1000, 'x');
  EXPECT_FALSE(CleanText(plain, {}, &out));
  EXPECT_FALSE(CleanText("", {}, &out));
  EXPECT_FALSE(CleanText("na\u00EFve \u4E2D\u6587 & co", {}, &out));
  EXPECT_EQ(out, "before");
}

// The quick scan for plain text looks at blocks: one odd byte must be seen wherever it stands.
TEST(CleanText, OneBadByteIsFoundAtEveryPlace) {
  for (size_t at = 0; at < 300; ++at) {
    std::string text(300, 'x');
    text[at] = '\x01';
    EXPECT_EQ(Clean(text), std::string(299, 'x')) << at;
  }
}

TEST(CleanText, AllStepsTogether) {
  EXPECT_EQ(Clean("Caf&eacute; cafe\u0301\r\n\uFEFFnext\x01 line\u2028end"),
            "Caf\u00E9 caf\u00E9\nnext line\nend");
  EXPECT_EQ(Clean("e&#x301;"), "\u00E9");
  EXPECT_EQ(Clean("&amp;amp;lt;"), "<");
  EXPECT_EQ(Clean("\r&amp;#10;"), "\n\n");  // a round ends before the next layer is decoded
}

TEST(CleanText, ReferencesStayFromTheFirstTagOn) {
  EXPECT_EQ(Clean("&eacute;\n<b>&eacute;\n&eacute;"), "\u00E9\n<b>&eacute;\n&eacute;");
  EXPECT_EQ(Clean("&lt;\n&eacute;"), "<\n\u00E9");  // a decoded "<" is no tag
}

TEST(CleanText, EachStepCanBeLeftOut) {
  const std::string text = "&eacute; e\u0301 \x01 \r";
  EXPECT_EQ(Clean(text, {.unescape_html = false}), "&eacute; \u00E9  \n");
  EXPECT_EQ(Clean(text, {.fix_line_breaks = false}), "\u00E9 \u00E9  \r");
  EXPECT_EQ(Clean(text, {.remove_control_chars = false}), "\u00E9 \u00E9 \x01 \n");
  EXPECT_EQ(Clean(text, {.normalize_nfc = false}), "\u00E9 e\u0301  \n");
}

TEST(CleanText, CleanTextStaysClean) {
  for (const std::string& text :
       {"&amp;lt;&#13;\u037E\u0301\0\r\n"s, "a&amp\u037Elt;"s, "&#x212B;&ngE;\r"s}) {
    const std::string once = Clean(text);
    EXPECT_EQ(Clean(once), once);
  }
}

TEST(CleanText, HostileTextIsLinear) {
  std::string nested = "&";
  for (int i = 0; i < 200000; ++i) nested += "amp;";
  EXPECT_EQ(Clean(nested + "eacute;"), "\u00E9");
  std::string delayed;
  for (int i = 0; i < 50000; ++i) delayed += "&amp";
  delayed += "&#x37E;";
  for (int i = 0; i < 50000; ++i) delayed += "#x37E;";
  EXPECT_EQ(Clean(delayed), ";");
}

}  // namespace
}  // namespace owt::cleanup
