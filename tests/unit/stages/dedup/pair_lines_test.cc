#include "stages/dedup/pair_lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace owt::dedup {
namespace {

// What a line of pairs says, or nothing.
std::optional<std::string> PairsOf(std::string_view line) {
  std::string said;
  const bool ok = ReadPairLine(
      line, [&](const std::string& url) { said += fmt::format("{}:", url); },
      [&](const std::string& url, double similarity) {
        said += fmt::format(" {} {}", url, similarity);
      });
  if (!ok) return std::nullopt;
  return said;
}

std::optional<std::string> GroupOf(std::string_view line) {
  std::string said;
  const bool ok = ReadGroupLine(line, [&](size_t place, const std::string& url) {
    said += fmt::format("{} {};", place, url);
  });
  if (!ok) return std::nullopt;
  return said;
}

TEST(PairLinesTest, WhatFindDuplicatesWrites) {
  EXPECT_EQ(PairsOf(R"({"a": [{"b": 0.75}, {"c": 1.0}]})"), "a: b 0.75 c 1");
  EXPECT_EQ(PairsOf(R"({"\u00e9\n": [{"b": 1, "c": -2}, {}]})"), "\xc3\xa9\n: b 1 c -2");
  EXPECT_EQ(PairsOf(R"( {"a": [], "d": [{"a": 1e-1}]} )"), "a:d: a 0.1");
  EXPECT_EQ(PairsOf("{}"), "");
}

TEST(PairLinesTest, NoPairs) {
  for (const char* line : {"",
                           " ",
                           "{",
                           "[]",
                           "1",
                           R"("a")",
                           R"({"a": 1})",
                           R"({"a": {"b": 1}})",
                           R"({"a": ["b"]})",
                           R"({"a": [1]})",
                           R"({"a": [[1]]})",
                           R"({"a": [{"b": "1"}]})",
                           R"({"a": [{"b": [1]}]})",
                           R"({"a": [{"b": {"c": 1}}]})",
                           R"({"a": [{"b": null}]})",
                           R"({"a": [{"b": NaN}]})",
                           R"({"a": [{"b": 1}]}{})",
                           R"({"a": [{"b": 1}])",
                           "{\"a\xff\": []}",
                           R"({"a\ud800": []})",
                           R"({"a": [{"b": 1e999}]})"}) {
    EXPECT_EQ(PairsOf(line), std::nullopt) << line;
  }
  EXPECT_EQ(PairsOf(std::string(1000000, '[')), std::nullopt);
}

TEST(PairLinesTest, Groups) {
  EXPECT_EQ(GroupOf(R"({"7": ["a", "b", "c"]})"), "0 a;1 b;2 c;");
  EXPECT_EQ(GroupOf(R"({"7": ["a"], "8": [], "9": ["b", "\u00e9"]})"), "0 a;0 b;1 \xc3\xa9;");
  for (const char* line :
       {"", "[]", R"(["a"])", R"({"7": "a"})", R"({"7": [1]})", R"({"7": [["a"]]})",
        R"({"7": [{"a": 1}]})", R"({"7": {"a": 1}})", R"({"7": ["a"]} x)", R"({"7": ["a)"}) {
    EXPECT_EQ(GroupOf(line), std::nullopt) << line;
  }
  EXPECT_EQ(GroupOf("{\"7\":" + std::string(1000000, '[')), std::nullopt);
}

TEST(PairLinesTest, NumbersAsPythonWritesThem) {
  std::string out;
  AppendPair("a\"", 1, &out);
  AppendPair("b", 0.8571428571428571, &out);
  AppendPair("c", 0.0625, &out);
  EXPECT_EQ(out, R"({"a\"": 1.0}{"b": 0.8571428571428571}{"c": 0.0625})");
}

}  // namespace
}  // namespace owt::dedup
