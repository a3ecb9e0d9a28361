#include "stages/cleanup/explain.h"

#include <gtest/gtest.h>

#include <vector>

namespace owt::cleanup {
namespace {

TEST(PlansText, FirstSegments) {
  EXPECT_EQ(PlansText({}), "");
  SegmentPlan segment{
      3, 9, {{"encode", "latin-1"}, {"decode", "utf-8"}, {"apply", "uncurl_quotes"}}};
  EXPECT_EQ(PlansText(std::vector<SegmentPlan>{segment}),
            "bytes 3..9: encode latin-1, decode utf-8, uncurl_quotes");
  segment.plan = {{"normalize", "NFC"}};
  EXPECT_EQ(PlansText(std::vector<SegmentPlan>(6, segment)),
            "bytes 3..9: normalize NFC; bytes 3..9: normalize NFC; bytes 3..9: normalize NFC; "
            "bytes 3..9: normalize NFC; and 2 more places");
}

}  // namespace
}  // namespace owt::cleanup
