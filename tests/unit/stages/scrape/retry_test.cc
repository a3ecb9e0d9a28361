#include "stages/scrape/retry.h"

#include <gtest/gtest.h>

#include <set>

namespace owt::scrape {
namespace {

using std::chrono::milliseconds;

TEST(RetryTest, TransientFailures) {
  EXPECT_TRUE(IsTransient(Reason::kConnectionReset, 0));
  EXPECT_TRUE(IsTransient(Reason::kHttpStatus, 429));
  EXPECT_TRUE(IsTransient(Reason::kHttpStatus, 503));
  EXPECT_FALSE(IsTransient(Reason::kHttpStatus, 501));
  EXPECT_FALSE(IsTransient(Reason::kHttpStatus, 404));
  EXPECT_FALSE(IsTransient(Reason::kTooLarge, 200));
  EXPECT_FALSE(IsTransient(Reason::kBlockedAddress, 0));
}

TEST(RetryTest, BackoffDoublesUpToItsMaximumAndIsAFunctionOfItsSeed) {
  std::set<int64_t> drawn;
  for (int attempt = 0; attempt < 40; ++attempt) {
    const int64_t ceiling = std::min<int64_t>(60'000, int64_t{1000} << std::min(attempt, 20));
    for (uint64_t seed = 0; seed < 200; ++seed) {
      const milliseconds delay = Backoff(attempt, milliseconds(1000), milliseconds(60'000), seed);
      EXPECT_GE(delay.count(), 1);
      EXPECT_LE(delay.count(), ceiling);
      EXPECT_EQ(delay, Backoff(attempt, milliseconds(1000), milliseconds(60'000), seed));
      if (attempt == 3) drawn.insert(delay.count());
    }
  }
  EXPECT_GT(drawn.size(), 150u);     // jitter
  EXPECT_LT(*drawn.begin(), 1000);   // full: from the start of the interval
  EXPECT_GT(*drawn.rbegin(), 7000);  // to its end
}

TEST(RetryTest, RetryAfter) {
  EXPECT_EQ(ParseRetryAfter("0", 0), milliseconds(0));
  EXPECT_EQ(ParseRetryAfter("120", 0), milliseconds(120'000));
  EXPECT_EQ(ParseRetryAfter("-1", 0), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("", 0), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("soon", 0), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999", 0), milliseconds(1'000'000'000'000));
  // RFC 9110's example date is 1999-12-31 23:59:59 UTC.
  EXPECT_EQ(ParseRetryAfter("Fri, 31 Dec 1999 23:59:59 GMT", 946684799 - 30), milliseconds(30'000));
  EXPECT_EQ(ParseRetryAfter("Fri, 31 Dec 1999 23:59:59 GMT", 946684799 + 5), milliseconds(0));
}

TEST(ReasonTest, NamesAreUniqueAndSnakeCase) {
  std::set<std::string> names;
  for (int i = 0; i < kNumReasons; ++i) {
    const std::string name(ReasonName(static_cast<Reason>(i), 404));
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), std::string::npos);
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(ReasonName(Reason::kHttpStatus, 404), "http_404");
  EXPECT_EQ(ReasonName(Reason::kRobots, 0), "robots");
  // Numbers in journals: fixed for ever.
  EXPECT_EQ(static_cast<int>(Reason::kInvalidUrl), 1);
  EXPECT_EQ(static_cast<int>(Reason::kHttpStatus), 16);
  EXPECT_EQ(static_cast<int>(Reason::kInternal), kNumReasons - 1);
}

}  // namespace
}  // namespace owt::scrape
