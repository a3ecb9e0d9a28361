#include "stages/dedup/recent_lines.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace owt::dedup {
namespace {

// Never knows a line that was not there, always the one that was there just now, and with enough
// memory most of them.
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
    // Of 69,989 that came again; each place has the last line that fell on it.
    EXPECT_GT(num_known, memory == uint64_t{1} << 24 ? 40000 : 0);
  }
}

}  // namespace
}  // namespace owt::dedup
