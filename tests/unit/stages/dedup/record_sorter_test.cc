#include "stages/dedup/record_sorter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace owt::dedup {
namespace {

// A record is 24 bytes: 24 KiB of the least memory hold 1,024 of them, and four runs are merged at
// a time.
TEST(RecordSorterTest, SortsWhatFitsAndWhatDoesNot) {
  tests::ScratchFolder scratch;
  for (const size_t size : {0, 1, 1023, 1024, 1025, 5000, 9000, 40000, 100000}) {
    std::mt19937_64 random(size);
    std::vector<RecordSorter::Record> records;
    for (size_t i = 0; i < size; ++i)
      records.push_back({random() % 50, random() % 50, random() % 50});
    RecordSorter sorter(scratch.File("."), 1);
    for (const auto& record : records) sorter.Add(record);
    sorter.Finish();
    std::sort(records.begin(), records.end());
    std::vector<RecordSorter::Record> sorted;
    for (RecordSorter::Record record; sorter.Next(&record);) sorted.push_back(record);
    EXPECT_EQ(sorted, records) << size;
    RecordSorter::Record record;
    EXPECT_FALSE(sorter.Next(&record));
  }
}

}  // namespace
}  // namespace owt::dedup
