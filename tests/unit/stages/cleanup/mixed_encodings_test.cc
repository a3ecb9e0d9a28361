#include "stages/cleanup/mixed_encodings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stages/cleanup/clean_text.h"
#include "stages/cleanup/explain.h"

namespace owt::cleanup {
namespace {

CleanOptions Mixed() {
  CleanOptions options;
  options.encoding.fix_mixed_encodings = true;
  return options;
}

std::string CleanMixed(std::string_view text, const CleanOptions& options = Mixed()) {
  std::string out;
  return TextCleaner(options).Clean(text, &out) ? out : std::string(text);
}

std::string Decoded(std::string_view text, std::vector<MixedPart>* parts) {
  std::string out;
  return DecodeMixedParts(text, &out, parts) ? out : std::string(text);
}

TEST(MixedEncodings, PartsOfSeveralPages) {
  // MacRoman, cp437, windows-1252, beside letters that none of them has.
  const std::string text =
      "\u043F\u0430\u0440\u0430: caf\u221A\u00A9, caf\u251C\u2310 \u4E2D caf\u00C3\u00A9";
  std::vector<MixedPart> parts;
  EXPECT_EQ(Decoded(text, &parts),
            "\u043F\u0430\u0440\u0430: caf\u00E9, caf\u00E9 \u4E2D caf\u00E9");
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].pages, std::vector{CodePage::kMacRoman});
  EXPECT_EQ(text.substr(parts[0].begin, parts[0].end - parts[0].begin), "\u221A\u00A9");
  EXPECT_EQ(parts[1].pages, std::vector{CodePage::kCp437});
  EXPECT_EQ(parts[2].pages, std::vector{CodePage::kLatin1});
  EXPECT_EQ(parts[2].end, text.size());
}

// Short words do not look bad alone, but do as a stretch, which goes over spaces.
TEST(MixedEncodings, AStretchIsDecodedAsAWhole) {
  const std::string bad =
      "\u0420\u0457\u0420\u0455 "
      "\u0420\u0457\u0421\u0402\u0420\u0451\u0420\u0406\u0420\u00B5\u0421\u201A";
  EXPECT_EQ(CleanMixed("\u4E2D " + bad + " \u00E9"),
            "\u4E2D \u043F\u043E \u043F\u0440\u0438\u0432\u0435\u0442 \u00E9");
}

TEST(MixedEncodings, WhatPeopleWriteStays) {
  for (const char* text : {"\u4E2D \u00C0 la carte", "(Bone, \u00BB\u00DF\u00AB) \u4E2D",
                           "caf\u00E9 \u043F\u0430\u0440\u0430", "\u221Ax \u2264 \u221E \u4E2D",
                           "\u00AF\\_(\u30C4)_/\u00AF", "\u251C\u2500\u2500 \u4E2D", ""}) {
    std::vector<MixedPart> parts;
    EXPECT_EQ(Decoded(text, &parts), text);
    EXPECT_EQ(CleanMixed(text), text);
  }
}

// In MacRoman the quote begins a sequence, which the letter would end.
TEST(MixedEncodings, LettersBehindQuotes) {
  std::vector<MixedPart> parts;
  const std::string text = "\u00E4r: \u201D\u00E4r jag\u201D";
  EXPECT_EQ(Decoded(text, &parts), text);
}

TEST(MixedEncodings, OnlyWhenAskedFor) {
  const std::string text = "\u4E2D caf\u221A\u00A9";
  EXPECT_EQ(CleanMixed(text, {}), text);
  EXPECT_EQ(CleanMixed(text), "\u4E2D caf\u00E9");
}

// Characters that nobody writes: the bytes are EE 80 80, private use.
TEST(MixedEncodings, PrivateUseIsNoText) {
  const std::string text = "\u4E2D \u00EE\u20AC\u20AC \u00E9";
  std::vector<MixedPart> parts;
  EXPECT_EQ(Decoded(text, &parts), text);
}

// Once decoded it looks as bad as before.
TEST(MixedEncodings, TwiceOver) {
  EXPECT_EQ(CleanMixed("\u4E2D caf\u201A\u00E0\u00F6\u00AC\u00A9"), "\u4E2D caf\u00E9");
}

TEST(MixedEncodings, PlansSayWhichPart) {
  std::string out, json;
  std::vector<SegmentPlan> segments;
  const std::string text = "\u4E2D\ncaf\u221A\u00A9 \u4E2D \u251C\u2310";
  ASSERT_TRUE(TextCleaner(Mixed()).Clean(text, &out, &segments));
  AppendPlans(text, segments, &json);
  EXPECT_EQ(json, R"([{"begin":2,"end":12,"plan":[["decode_part","cp437",8,10],)"
                  R"(["decode_part","macroman",3,5]]}])");
}

TEST(MixedEncodings, PlansOfTwoLayers) {
  std::string out, json;
  std::vector<SegmentPlan> segments;
  const std::string text = "\u4E2D caf\u201A\u00E0\u00F6\u00AC\u00A9";
  ASSERT_TRUE(TextCleaner(Mixed()).Clean(text, &out, &segments));
  AppendPlans(text, segments, &json);
  EXPECT_EQ(json, R"([{"begin":0,"end":10,"plan":[["decode_part","macroman",5,10],)"
                  R"(["decode_part","macroman",5,7]]}])");
}

TEST(MixedEncodings, CountBad) {
  EXPECT_EQ(CountBad("caf\u00C3\u00A9 caf\u00C3\u00A9"), 2u);
  EXPECT_EQ(CountBad("caf\u00E9"), 0u);
}

TEST(MixedEncodings, LongLines) {
  std::string line, wanted;
  for (int i = 0; i < 100'000; ++i) {
    line += "caf\u221A\u00A9 \u4E2D ";
    wanted += "caf\u00E9 \u4E2D ";
  }
  CleanOptions options = Mixed();
  options.max_decode_length = 1'000'000'000;
  EXPECT_TRUE(CleanMixed(line, options) == wanted);
}

}  // namespace
}  // namespace owt::cleanup
