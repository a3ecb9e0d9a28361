#include "stages/dedup/sketch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stages/dedup/datatrove_text.h"
#include "stages/dedup/sha1.h"

namespace owt::dedup {
namespace {

constexpr BandGeometry kGeometry = {4, 3};

// Whether the families that sign short texts do, and the others do not.
bool Signs(Family family, std::string_view text) {
  const MinHasher hasher(family, 12, 1);
  Sketcher sketcher(hasher, TraitsOf(family).shingles, kGeometry);
  return sketcher.Sketch(text);
}

TEST(SketcherTest, ShortTextsAreSignedWhereTheFamilySaysSo) {
  for (const std::string& name : FamilyNames()) {
    const Family family = ParseFamily(name);
    EXPECT_EQ(TraitsOf(family).name, name);
    EXPECT_FALSE(Signs(family, "")) << name;
    EXPECT_TRUE(Signs(family, "one two three four five six")) << name;
    const bool short_too = TraitsOf(family).signs_short_texts;
    EXPECT_EQ(Signs(family, "abc"), short_too) << name;
    EXPECT_EQ(Signs(family, "a b c d"), family == Family::kMegatron || short_too) << name;
    if (family != Family::kMegatron) {
      EXPECT_FALSE(Signs(family, "... !"));
    }
  }
}

TEST(SketcherTest, ShortTextsMeetOnlyTheirEquals) {
  const MinHasher hasher(Family::kKperm32, 12, 1);
  Sketcher sketcher(hasher, {}, kGeometry);
  const auto keys = [&](std::string_view text) {
    EXPECT_TRUE(sketcher.Sketch(text));
    return std::vector<uint64_t>(sketcher.keys().begin(), sketcher.keys().end());
  };
  EXPECT_EQ(keys("one two"), keys("One, TWO!"));
  for (const char* other : {"two one", "one", "one two three"}) {
    for (size_t band = 0; band < 4; ++band) EXPECT_NE(keys("one two")[band], keys(other)[band]);
  }
}

TEST(SketcherTest, InstructionsDoNotMatter) {
  for (const std::string& name : FamilyNames()) {
    const Family family = ParseFamily(name);
    std::vector<uint64_t> first;
    for (const text::SimdTier tier : text::SimdTiers()) {
      const MinHasher hasher(family, 12, 1, tier);
      Sketcher sketcher(hasher, TraitsOf(family).shingles, kGeometry, nullptr, tier);
      std::string text;
      for (int i = 0; i < 2000; ++i)
        text += (i % 9 == 0 ? "\u00c9t\u00e9 " : "Word") + std::to_string(i * i % 977) + ", ";
      ASSERT_TRUE(sketcher.Sketch(text));
      const std::vector<uint64_t> keys(sketcher.keys().begin(), sketcher.keys().end());
      if (first.empty()) first = keys;
      EXPECT_EQ(keys, first) << name;
    }
  }
}

// What Python 3.11 answers.
TEST(PythonTupleHashTest, KnownAnswers) {
  EXPECT_EQ(PythonTupleHash({}), 0x4fa9d65e2cba1c7bu);
  EXPECT_EQ(PythonTupleHash(std::vector<uint32_t>{1}), 0xa3cb0227e5be44b1u);
  EXPECT_EQ(PythonTupleHash(std::vector<uint32_t>{0, 1, 2}), 0x1e5d25a6ce314db8u);
  EXPECT_EQ(PythonTupleHash(std::vector<uint32_t>(10, ~uint32_t{0})), 0x8a3097facaf29068u);
}

// FIPS 180 examples, and lengths around a block: a million letters among them.
TEST(Sha1Test, KnownAnswers) {
  const auto first_half = [](std::string_view text) { return __builtin_bswap64(Sha1Low64(text)); };
  EXPECT_EQ(first_half(""), 0xda39a3ee5e6b4b0du);
  EXPECT_EQ(first_half("abc"), 0xa9993e364706816au);
  EXPECT_EQ(first_half("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            0x84983e441c3bd26eu);
  EXPECT_EQ(first_half(std::string(1000000, 'a')), 0x34aa973cd4c4daa4u);
}

TEST(SimplifyTextTest, DoesWhatDatatroveDoes) {
  EXPECT_EQ(SimplifyText("It's 1,234.5 and 12.5.6,7!"), "it s 0 0 and 0 0");
  EXPECT_EQ(SimplifyText("Caf\u00e9 \u2014 \u0661\u0662\u066b\u0663 \u0394\u03a3"),
            "cafe 0 \u03b4\u03c2");
  EXPECT_EQ(SimplifyText("  a\u0001b\u00a0\u3000c \u0301 d  "), "a b c d");
  EXPECT_EQ(SimplifyText(" .,! "), "");
}

}  // namespace
}  // namespace owt::dedup
