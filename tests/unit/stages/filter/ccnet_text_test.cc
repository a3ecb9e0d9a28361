#include "stages/filter/ccnet_text.h"

#include <gtest/gtest.h>

namespace owt::filter {
namespace {

std::string Ccnet(std::string_view line) {
  std::string scratch, out = ">";
  AppendCcnetLine(line, &scratch, &out);
  return out.substr(1);
}

TEST(CcnetText, Ascii) {
  EXPECT_EQ(Ccnet("  In 1984, it's\tA-z.\x7F "), "in 0000, it'sa-z.");
  EXPECT_EQ(Ccnet(" \t "), "");
}

TEST(CcnetText, Unicode) {
  EXPECT_EQ(Ccnet("\u00C9t\u00E9 e\u0301"), "ete e");
  EXPECT_EQ(Ccnet("\u0130\u039F\u03A3"), "i\u03BF\u03C2");
  EXPECT_EQ(Ccnet("\u0660\uFF11"), "00");
  EXPECT_EQ(Ccnet("\u201Ca\u201D \u2013 b\u2014c\u2026"), "\"a\" - b - c...");
  EXPECT_EQ(Ccnet("\u3000\u00A0a\u00A0b\u0085c\u2028"), "a\u00A0bc");
  EXPECT_EQ(Ccnet("\uFF0C\u3002\u3001\u00BB\u300D\u25BA"), ",.,\"\"-");
}

}  // namespace
}  // namespace owt::filter
