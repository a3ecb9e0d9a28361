#include "stages/dedup/id_numbers.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace owt::dedup {
namespace {

TEST(IdNumbersTest, NumbersIdsInTheirOrder) {
  tests::ScratchFolder scratch;
  for (const size_t size : {0, 1, 10, 1000, 100000}) {
    std::mt19937_64 random(size);
    std::vector<std::string> ids;
    std::map<std::string, uint64_t> first_tags;  // in the order of the ids
    IdNumbers numbers(scratch.File("."), 1);
    for (size_t i = 0; i < size; ++i) {
      ids.push_back(std::string(random() % 3, 'a') + std::to_string(random() % (size / 2 + 1)));
      first_tags.emplace(ids.back(), 7 * i);
      numbers.Add(ids.back(), 7 * i);
    }
    ASSERT_EQ(numbers.Finish(), first_tags.size());
    std::map<std::string, uint64_t> expected;
    for (const auto& [id, tag] : first_tags) expected.emplace(id, expected.size());
    uint64_t tag, number;
    for (size_t i = 0; i < size; ++i) {
      ASSERT_TRUE(numbers.NextTag(&tag, &number));
      ASSERT_EQ(tag, 7 * i);
      ASSERT_EQ(number, expected[ids[i]]);
    }
    EXPECT_FALSE(numbers.NextTag(&tag, &number));
    for (int twice = 0; twice < 2; ++twice) {
      numbers.RewindIds();
      std::string_view id;
      for (const auto& [want, first_tag] : first_tags) {
        ASSERT_TRUE(numbers.NextId(&id, &tag));
        ASSERT_EQ(id, want);
        ASSERT_EQ(tag, first_tag);
      }
      EXPECT_FALSE(numbers.NextId(&id, &tag));
    }
  }
}

TEST(SortableTest, ComparesAsTheNumbersDo) {
  std::string last;
  for (const uint64_t number :
       {uint64_t{0}, uint64_t{1}, uint64_t{255}, uint64_t{256}, uint64_t{1} << 40, ~uint64_t{0}}) {
    std::string text;
    AppendSortable(number, &text);
    EXPECT_EQ(text.size(), 8);
    EXPECT_EQ(SortableAt(text, 0), number);
    EXPECT_LT(last, text);
    last = text;
  }
}

}  // namespace
}  // namespace owt::dedup
