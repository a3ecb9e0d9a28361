#include "stages/dedup/text_parts.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

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

}  // namespace
}  // namespace owt::dedup
