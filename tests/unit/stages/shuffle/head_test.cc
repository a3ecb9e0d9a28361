#include "stages/shuffle/head.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "stages/shuffle/prf.h"

namespace owt::shuffle {
namespace {

struct Case {
  uint64_t head;
  size_t memory_bytes;
  double most_kept;  // positions at or under the final limit, as a multiple of head
};

class HeadLimitTest : public testing::TestWithParam<Case> {};

TEST_P(HeadLimitTest, NeverRulesOutTheFirstAndRulesOutMostOthers) {
  constexpr size_t kRecords = 200000;
  const Case& c = GetParam();
  const Prf prf(3);
  HeadLimit limit(c.head, c.memory_bytes);
  std::vector<uint64_t> all, batch;
  for (size_t i = 0; i < kRecords; ++i) {
    all.push_back(prf(i));
    batch.push_back(prf(i));
    if (batch.size() == 100 || i + 1 == kRecords) {
      limit.Note(batch);
      batch.clear();
    }
  }
  std::sort(all.begin(), all.end());
  const uint64_t needed = std::min<uint64_t>(c.head, kRecords);
  EXPECT_GE(limit.last(), all[needed - 1]);
  const auto kept = std::upper_bound(all.begin(), all.end(), limit.last()) - all.begin();
  EXPECT_LE(static_cast<double>(kept), c.most_kept * static_cast<double>(c.head));
}

INSTANTIATE_TEST_SUITE_P(Sizes, HeadLimitTest,
                         testing::Values(Case{1, 1 << 20, 1024}, Case{1000, 1 << 20, 2},
                                         Case{65536, 1 << 20, 2}, Case{65537, 1 << 20, 1.01},
                                         Case{1000, 0, 1.01}, Case{1, 0, 10},
                                         Case{200000, 1 << 20, 1}, Case{1000000, 0, 1},
                                         Case{1000000, 64 << 20, 1}));

}  // namespace
}  // namespace owt::shuffle
