#include "stages/langdetect/cld2_tables.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/error.h"

namespace owt::langdetect {
namespace {

constexpr CLD2::IndirectProbBucket4 kBuckets[3] = {{{0x1001, 0x1002, 0x2002, 0}}};
constexpr CLD2::uint32 kLangs[] = {7, 8, 9, 10, 11};

CLD2::CLD2TableSummary Summary(uint32_t buckets, uint32_t key_mask) {
  return {kBuckets, kLangs, 2, buckets, key_mask, 20140204, ""};
}

std::string ErrorOf(uint32_t buckets, uint32_t key_mask) {
  try {
    const GramTable table(Summary(buckets, key_mask));
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(GramTable, FindsTheFirstOfItsKey) {
  const GramTable table(Summary(1, 0xFFFFF000));
  EXPECT_EQ(table.FindShort(0x1FFF), 0x1001u);
  EXPECT_EQ(table.FindShort(0x2000), 0x2002u);
  EXPECT_EQ(table.FindShort(0x3000), 0u);
  EXPECT_EQ(table.FindLong(0x20000), 0x2002u);
}

TEST(GramTable, PlacesBehindTheFirstHaveTwoLangs) {
  const GramTable table(Summary(1, 0xFFFFF000));
  EXPECT_FALSE(table.HasTwo(1));
  EXPECT_EQ(table.Langs(1), 8u);
  EXPECT_TRUE(table.HasTwo(2));
  EXPECT_EQ(table.Langs(2), 9u);
  EXPECT_EQ(table.SecondLangs(2), 10u);
}

TEST(GramTable, OtherLayoutsAreErrors) {
  EXPECT_EQ(ErrorOf(1, 0xFFFFF000), "none");
  EXPECT_NE(ErrorOf(3, 0xFFFFF000).find("a table of 3 buckets; install libcld2-0"),
            std::string::npos);
  EXPECT_NE(ErrorOf(1, 0x00FFF000).find("a key of the bits 00fff000"), std::string::npos);
}

}  // namespace
}  // namespace owt::langdetect
