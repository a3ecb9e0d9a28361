#include "stages/cleanup/unescape_html.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "stages/cleanup/character_fixes.h"

namespace owt::cleanup {
namespace {

// What the other steps do to a character here: three that NFC turns into ASCII, and controls.
void AppendFolded(std::string_view piece, std::string* out) {
  std::string folded(piece), fixed;
  for (const auto& [from, to] :
       {std::pair("\u037E", ";"), std::pair("\u212A", "K"), std::pair("\u1FEF", "`")}) {
    for (size_t at = folded.find(from); at != folded.npos; at = folded.find(from)) {
      folded.replace(at, std::string(from).size(), to);
    }
  }
  *out += RemoveControlChars(folded, &fixed) ? fixed : folded;
}

std::string Fully(std::string_view text) { return DecodeEntitiesFully(text, AppendFolded); }

std::string Once(std::string_view text) {
  std::string out;
  return DecodeEntitiesOnce(text, &out) ? out : std::string(text);
}

TEST(UnescapeHtml, Names) {
  EXPECT_EQ(Once("&lt;tag&gt; &amp; &eacute;&hellip;"), "<tag> & \u00E9\u2026");
  EXPECT_EQ(Once("&NTILDE;&SZLIG;&FFILIG;"), "\u00D1SSFFI");
  EXPECT_EQ(Once("&semi;&NotEqualTilde;"), ";\u2242\u0338");
  EXPECT_EQ(Once("&zwnj;&AElig;&thetasym;"), "\u200C\u00C6\u03D1");
}

TEST(UnescapeHtml, WhatIsNoReferenceStays) {
  for (const char* text :
       {"&not html", "&amp", "&;", "&#;", "&#x;", "&nTILDE;", "& amp;", "&am p;", "&#xg;",
        "&#20x6;", "&#59;", "&#x3B;", "&", "a&", "&#", "&CounterClockwiseContourIntegral;",
        "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;"}) {
    EXPECT_EQ(Once(text), text);
  }
}

TEST(UnescapeHtml, Numbers) {
  EXPECT_EQ(Once("&#233;&#xE9;&#XE9;&#x1F600;"), "\u00E9\u00E9\u00E9\U0001F600");
  EXPECT_EQ(Once("&#0;&#xD800;&#x110000;&#999999999999999999999999;"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(Once("&#128;&#x81;&#146;"), "\u20AC\u0081\u2019");
  EXPECT_EQ(Once("a&#1;&#xB;&#x1F;&#x7F;&#xFDD0;&#x1FFFE;b"), "ab");
  EXPECT_EQ(Once("&#9;&#10;&#12;&#13;"), "\t\n\f\r");
}

TEST(UnescapeHtml, OncePeelsOneLayerFullyAll) {
  EXPECT_EQ(Once("&amp;amp;lt;"), "&amp;lt;");
  EXPECT_EQ(Fully("&amp;amp;lt;"), "<");
  EXPECT_EQ(Fully("&amp&semi;lt;"), "<");
  EXPECT_EQ(Fully("&amp\u037Elt;"), "<");
  EXPECT_EQ(Fully("plain & simple; &nothing;"), "plain & simple; &nothing;");
}

// Until nothing changes: one pass, then the two things DecodeEntitiesFully folds in.
std::string Repeated(std::string text) {
  while (true) {
    std::string next = Once(text);
    std::string folded;
    AppendFolded(next, &folded);
    next = folded;
    if (next == text) return text;
    text = next;
  }
}

TEST(UnescapeHtml, FullyEqualsOnceRepeated) {
  static const std::vector<std::string> kParts = {
      "&", "&amp;", "amp", ";",      "&semi;", "&#38;",  "&#x26;", "#",    "lt;",
      "a", "\x01",  "38",  "\u037E", "&#894;", "\u212A", "&num;",  "&#1;", "&#xFEFF;"};
  std::mt19937_64 random(7);
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (size_t n = random() % 14; n > 0; --n) text += kParts[random() % kParts.size()];
    ASSERT_EQ(Fully(text), Repeated(text)) << testing::PrintToString(text);
  }
}

TEST(UnescapeHtml, DeepNestingIsLinear) {
  std::string nested = "&";
  for (int i = 0; i < 200000; ++i) nested += "amp;";
  EXPECT_EQ(Fully(nested + "lt;"), "<");
  EXPECT_EQ(Fully(std::string(2'000'000, ';')), std::string(2'000'000, ';'));
  EXPECT_EQ(Once(std::string(2'000'000, '&')), std::string(2'000'000, '&'));
}

}  // namespace
}  // namespace owt::cleanup
