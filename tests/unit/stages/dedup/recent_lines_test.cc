#include "stages/dedup/recent_lines.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace owt::dedup {
namespace {

// Never knows a line that was not there; knows all of few ones, and the last of many.
TEST(RecentLinesTest, KnowsOnlyWhatWasThere) {
  for (const uint64_t memory : {uint64_t{0}, uint64_t{1} << 18, uint64_t{1} << 24}) {
    RecentLines lines(memory);
    std::set<std::string> seen;
    size_t num_known = 0;
    for (int i = 0; i < 100000; ++i) {
      const std::string line = std::to_string(i * 7919LL % 30011);
      const bool is_new = seen.insert(line).second;
      const bool is_known = lines.Knows(line);
      EXPECT_FALSE(is_new && is_known) << line;
      EXPECT_TRUE(lines.Knows(line));
      num_known += is_known;
    }
    EXPECT_GT(num_known, memory == uint64_t{1} << 24 ? 30000 : 1000);
  }
}

}  // namespace
}  // namespace owt::dedup
