#include "stages/cleanup/clean_text.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/utf8.h"
#include "stages/cleanup/character_fixes.h"
#include "stages/cleanup/explain.h"

namespace owt::cleanup {
namespace {

using namespace std::string_literals;

std::string Clean(std::string_view text, const CleanOptions& options = {}) {
  std::string out;
  return TextCleaner(options).Clean(text, &out) ? out : std::string(text);
}

std::string Plans(std::string_view text, const CleanOptions& options = {}) {
  std::string out, json;
  std::vector<SegmentPlan> segments;
  TextCleaner(options).Clean(text, &out, &segments);
  AppendPlans(text, segments, &json);
  return json;
}

TEST(CleanText, PlainTextIsLeftAlone) {
  std::string out = "before";
  const std::string plain =
      "Printable ASCII; tabs\t, line feeds\n and \f form feeds. " + std::string(1000, 'x');
  const TextCleaner cleaner({});
  EXPECT_FALSE(cleaner.Clean(plain, &out));
  EXPECT_FALSE(cleaner.Clean("", &out));
  EXPECT_FALSE(cleaner.Clean("na\u00EFve \u4E2D\u6587 & co", &out));
  EXPECT_EQ(out, "before");
}

// The quick scan for plain text looks at blocks: one odd byte must be seen wherever it stands.
TEST(CleanText, OneBadByteIsFoundAtEveryPlace) {
  const TextCleaner cleaner({});
  for (size_t at = 0; at < 300; ++at) {
    std::string text(300, 'x');
    text[at] = '\x01';
    std::string out;
    EXPECT_TRUE(cleaner.Clean(text, &out));
    EXPECT_EQ(out, std::string(299, 'x')) << at;
  }
}

TEST(CleanText, AllStepsTogether) {
  EXPECT_EQ(Clean("Caf&eacute; cafe\u0301\r\n\uFEFFnext\x01 line\u2028end"),
            "Caf\u00E9 caf\u00E9\nnext line\nend");
  EXPECT_EQ(Clean("e&#x301;"), "\u00E9");
  EXPECT_EQ(Clean("&amp;amp;lt;"), "<");
  EXPECT_EQ(Clean("\r&amp;#10;"), "\n\n");  // a round ends before the next layer is decoded
  EXPECT_EQ(Clean("\u201CIt\u2019s\u201D \uFF21\uFB01x\u3000\x1B[1;31mred\x1B[m"),
            "\"It's\" Afix red");
}

// The examples of ftfy's documentation and the like.
TEST(CleanText, Mojibake) {
  EXPECT_EQ(Clean("\u00E2\u0153\u201D No problems"), "\u2714 No problems");
  EXPECT_EQ(Clean("sch\u00C3\u00B6n"), "sch\u00F6n");
  EXPECT_EQ(Clean("voil\u00C3 le travail"), "voil\u00E0 le travail");
  EXPECT_EQ(Clean("\u00C3\u0192\u00C2\u00A9"), "\u00E9");  // twice over
  EXPECT_EQ(Clean("&macr;\\_(\u00E3\u0083\u0084)_/&macr;"), "\u00AF\\_(\u30C4)_/\u00AF");
  EXPECT_EQ(Clean("\u00D0\u00BF\u00D1\u20AC\u00D0\u00B8"), "\u043F\u0440\u0438");
}

// Arabic, where S with a caron stands for the byte 8A.
TEST(CleanText, ArabicMojibake) {
  EXPECT_EQ(Clean("\u00D9\u201E\u00D9\u0160\u00D9\u201E"), "\u0644\u064A\u0644");
}

// What people write.
TEST(CleanText, WhatIsNoMojibakeStays) {
  for (const char* text :
       {"IL Y MARQU\u00C9\u2026", "\u2014a\u00F1o\u2014", "5\u00A0\u20AC", "\u00C7A VA?",
        "\u00D8\u00D8", "\u0415\u0429\u0401", "\u00AF\\_(\u30C4)_/\u00AF"}) {
    EXPECT_EQ(Clean(text), text);
  }
}

TEST(CleanText, ReferencesStayFromTheFirstTagOn) {
  EXPECT_EQ(Clean("&eacute;\n<b>&eacute;\n&eacute;"), "\u00E9\n<b>&eacute;\n&eacute;");
  EXPECT_EQ(Clean("&lt;\n&eacute;"), "<\n\u00E9");  // a decoded "<" is no tag
  EXPECT_EQ(Clean("<&eacute;", {.unescape_html = UnescapeHtml::kAlways}), "<\u00E9");
}

TEST(CleanText, EachStepCanBeLeftOut) {
  const std::string text = "&eacute; e\u0301 \x01 \r";
  EXPECT_EQ(Clean(text, {.unescape_html = UnescapeHtml::kNever}), "&eacute; \u00E9  \n");
  EXPECT_EQ(Clean(text, {.fix_line_breaks = false}), "\u00E9 \u00E9  \r");
  EXPECT_EQ(Clean(text, {.remove_control_chars = false}), "\u00E9 \u00E9 \x01 \n");
  EXPECT_EQ(Clean(text, {.normalization = {}}), "\u00E9 e\u0301  \n");
  EXPECT_EQ(Clean("\u00C3\u00A9 ", {.fix_encoding = false}), "\u00C3\u00A9 ");
}

TEST(CleanText, SegmentsAreCutAtTheirLength) {
  EXPECT_EQ(Clean("ae\u0301b", {.max_decode_length = 2}), "ae\u0301b");  // the accent is cut off
  EXPECT_EQ(Clean("abe\u0301", {.max_decode_length = 2}), "ab\u00E9");
  EXPECT_EQ(Clean("a\r\n", {.max_decode_length = 2}), "a\n\n");
}

// ftfy takes the line feed for the missing byte of C0 80.
TEST(CleanText, AFinalLineFeedIsLostOnlyAsInFtfy) {
  CleanOptions ftfy;
  ftfy.encoding.final_line_feed = true;
  const std::string text = "s\u00C3\u00B3 s\u00C3\u00B3 \u00C0\n";
  EXPECT_EQ(Clean(text, ftfy), "s\u00F3 s\u00F3 ");
  EXPECT_EQ(Clean(text), "s\u00F3 s\u00F3 \u00C0\n");
}

TEST(CleanText, PlansSayWhatWasDone) {
  EXPECT_EQ(Plans("plain\n\u4E2D"), "[]");
  EXPECT_EQ(Plans("\u4E2D\nvoil\u00C3 le\n"),
            R"([{"begin":2,"end":11,"plan":[["encode","latin-1"],)"
            R"(["transcode","restore_byte_a0"],["decode","utf-8"]]}])");
  EXPECT_EQ(Plans("s\u00C3\u00B3\u2028\u00C5\u030A", {.max_decode_length = 4}),
            R"([{"begin":0,"end":4,"plan":[["apply","decode_inconsistent_utf8"],)"
            R"(["apply","fix_line_breaks"]]}])");
  EXPECT_EQ(Plans("e\u0301"), R"([{"begin":0,"end":2,"plan":[["normalize","NFC"]]}])");
}

// All fixes of characters at once equal the fixes one by one, for every character.
TEST(CleanText, TheMapIsTheFixesOneByOne) {
  const CharacterMap map({});
  for (char32_t c = 0; c < 0x30000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text = "a", mapped;
    AppendUtf8(c, &text);
    text += "b";
    std::string wanted = text;
    for (const CharacterMap::NamedFix& fix : map.fixes()) fix.fix(wanted, &wanted);
    ASSERT_EQ(map.Apply(text, &mapped) ? mapped : text, wanted) << std::hex << uint32_t{c};
    ASSERT_TRUE(wanted == text || map.Inspect(text).has_mapped) << std::hex << uint32_t{c};
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

std::string Repeat(std::string_view unit, size_t count) {
  std::string text;
  text.reserve(unit.size() * count);
  for (size_t i = 0; i < count; ++i) text += unit;
  return text;
}

// Anything but linear time would end by the runner's time limit.
TEST(CleanText, MillionsOfTheSame) {
  constexpr size_t kMillion = 1'000'000;  // characters of a segment

  const struct {
    std::string_view unit, wanted;
    size_t count;
  } cases[] = {{"?", "?", 10 * kMillion},
               {"\U0001F600", "\U0001F600", 2 * kMillion},
               {"\u00C3\u00A9", "\u00E9", 2 * kMillion},
               {"\u00C3\u0192\u00C2\u00A9", "\u00E9", kMillion},
               {"\u00E2\u20AC", "\u00E2\u20AC", 2 * kMillion},
               {"\u00E2\u20AC\u2122 ", "' ", kMillion},
               {"\uFFFD", "\uFFFD", 2 * kMillion},
               {"&", "&", 10 * kMillion},
               {"\r", "\n", 10 * kMillion},
               {"\u00A0\u00E0 ", "\u00A0\u00E0 ", 2 * kMillion}};

  for (const auto& [unit, wanted, count] : cases) {
    EXPECT_TRUE(Clean(Repeat(unit, count)) == Repeat(wanted, count)) << unit;
  }
  constexpr size_t kHalf = kMillion / 2;
  EXPECT_TRUE(Clean(Repeat("\u0301\u0316", kHalf)) ==
              Repeat("\u0316", kHalf) + Repeat("\u0301", kHalf));
  // Each decoding makes the next one possible; it ends after 32.
  EXPECT_TRUE(Clean("\u00C3" + Repeat("\u0192", kMillion - 1)) ==
              "\u00C3" + Repeat("\u0192", kMillion - 1 - 32));
  constexpr size_t kThird = kMillion / 3;
  EXPECT_TRUE(Clean(Repeat("\x1B[", kThird) + Repeat("m", kThird)) ==
              Repeat("[", kThird - 1) + Repeat("m", kThird - 1));
}

}  // namespace
}  // namespace owt::cleanup
