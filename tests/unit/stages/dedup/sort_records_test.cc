#include "stages/dedup/sort_records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace owt::dedup {
namespace {

using Record = std::array<uint64_t, 3>;

TEST(SortRecordsTest, AsByComparisons) {
  std::mt19937_64 random(1);
  // Masks of the three numbers: all bits, few, none, the highest alone.
  const uint64_t masks[] = {~uint64_t{0}, 0x3F, 0, uint64_t{7} << 61, 0xFFFFF000};
  for (const size_t size : {0, 1, 2, 31, 32, 33, 100, 5000, 100000}) {
    for (int round = 0; round < 20; ++round) {
      uint64_t mask[3];
      for (uint64_t& m : mask) m = masks[random() % std::size(masks)];
      std::vector<Record> records(size);
      for (Record& record : records) {
        for (size_t i = 0; i < 3; ++i) record[i] = random() & mask[i];
      }
      std::vector<Record> sorted = records;
      std::sort(sorted.begin(), sorted.end());
      SortRecords(records);
      EXPECT_EQ(records, sorted) << size;
    }
  }
}

// Each takes one record off the rest at a time, were the range not looked at again.
TEST(SortRecordsTest, PowersOfTwoAndOneFarAway) {
  std::vector<Record> records;
  for (uint64_t i = 0; i < 64; ++i) {
    for (uint64_t j = 0; j < 50; ++j) records.push_back({uint64_t{1} << i, ~j, j * i});
  }
  for (uint64_t i = 0; i < 5000; ++i) records.push_back({5000 - i, i % 7, i});
  std::vector<Record> sorted = records;
  std::sort(sorted.begin(), sorted.end());
  SortRecords(records);
  EXPECT_EQ(records, sorted);
}

}  // namespace
}  // namespace owt::dedup
