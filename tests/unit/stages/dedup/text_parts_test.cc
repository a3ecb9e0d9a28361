#include "stages/dedup/text_parts.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/text/url.h"

namespace owt::dedup {
namespace {

using Strings = std::vector<std::string>;

Strings PartsIn(std::string_view text, PartUnit unit) {
  std::vector<TextPart> parts;
  CutParts(text, unit, &parts);
  Strings strings;
  for (const auto& [begin, end] : parts) strings.emplace_back(text.substr(begin, end - begin));
  return strings;
}

std::string Without(std::string_view text, PartUnit unit, const std::vector<uint32_t>& removed) {
  std::vector<TextPart> parts;
  CutParts(text, unit, &parts);
  return WithoutParts(text, parts, removed);
}

TEST(TextPartsTest, CutsLinesAndParagraphs) {
  EXPECT_EQ(PartsIn("a\n\nb\n", PartUnit::kLine), (Strings{"a", "", "b", ""}));
  EXPECT_EQ(PartsIn("", PartUnit::kLine), Strings{""});
  EXPECT_EQ(PartsIn("\n \na\nb\n\t\u3000\n\n c\r\n", PartUnit::kParagraph),
            (Strings{"a\nb", " c\r"}));
  EXPECT_EQ(PartsIn(" \n\n", PartUnit::kParagraph), Strings{});
}

TEST(TextPartsTest, WithoutPartsTheirGapsGoToo) {
  const std::string lines = "a\nb\nc\n";
  EXPECT_EQ(Without(lines, PartUnit::kLine, {}), lines);
  EXPECT_EQ(Without(lines, PartUnit::kLine, {0}), "b\nc\n");
  EXPECT_EQ(Without(lines, PartUnit::kLine, {1}), "a\nc\n");
  EXPECT_EQ(Without(lines, PartUnit::kLine, {2}), "a\nb\n");
  EXPECT_EQ(Without(lines, PartUnit::kLine, {0, 1, 2}), "");
  EXPECT_EQ(Without("a\nb", PartUnit::kLine, {1}), "a");
  const std::string paragraphs = "\na\na\n\n\nb\n\nc\n";
  EXPECT_EQ(Without(paragraphs, PartUnit::kParagraph, {}), paragraphs);
  EXPECT_EQ(Without(paragraphs, PartUnit::kParagraph, {0}), "\nb\n\nc\n");
  EXPECT_EQ(Without(paragraphs, PartUnit::kParagraph, {1}), "\na\na\n\n\nc\n");
  EXPECT_EQ(Without(paragraphs, PartUnit::kParagraph, {2}), "\na\na\n\n\nb\n");
  EXPECT_EQ(Without(paragraphs, PartUnit::kParagraph, {0, 1, 2}), "\n\n");
}

TEST(TextPartsTest, NormalizesCaseAndWhiteSpace) {
  std::string normalized;
  NormalizePart(" \tThe\u00A0 \u00C9TAT\r", &normalized);
  EXPECT_EQ(normalized, "the \u00E9tat");
  EXPECT_EQ(CharsUpTo(normalized, 100), 8u);
  EXPECT_EQ(CharsUpTo(normalized, 5), 5u);
  NormalizePart("\u3000\n", &normalized);
  EXPECT_EQ(normalized, "");
}

// One character after the other.
std::string SlowNormal(std::string_view part) {
  std::string normalized;
  bool white = false;
  for (size_t i = 0; i < part.size();) {
    const Utf8Char c = DecodeUtf8(part, i);
    i += c.length;
    if (IsWhiteSpace(c.code_point)) {
      white = true;
      continue;
    }
    if (white && !normalized.empty()) normalized += ' ';
    white = false;
    AppendUtf8(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c.code_point))), &normalized);
  }
  return normalized;
}

TEST(TextPartsTest, NormalizesAsOneCharacterAfterTheOther) {
  std::mt19937_64 random(1);
  const char32_t some[] = {'A',  'Z',  '@',   '[',   'a',    'z',    '`',    '{',
                           ' ',  '\t', '\n',  0x1B,  0x1C,   0x1F,   0x7F,   0x85,
                           0xA0, 0xC9, 0x130, 0x23A, 0x1E9E, 0x3000, 0x6F22, 0x10400};
  std::string fast;
  for (int round = 0; round < 20000; ++round) {
    std::string part;
    const uint64_t rare = 1 + random() % 40;
    for (uint64_t left = random() % 70; left > 0; --left) {
      const uint64_t roll = random() % rare;
      AppendUtf8(roll == 0 ? some[random() % std::size(some)]
                           : static_cast<char32_t>(0x20 + random() % 0x5F),
                 &part);
    }
    NormalizePart(part, &fast);
    EXPECT_EQ(fast, SlowNormal(part)) << part;
  }
  for (char32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string part = "x";
    AppendUtf8(c, &part);
    AppendUtf8(c, &part);
    NormalizePart(part, &fast);
    if (fast != SlowNormal(part)) ADD_FAILURE() << static_cast<uint32_t>(c);
  }
}

}  // namespace
}  // namespace owt::dedup
