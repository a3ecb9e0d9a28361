#include "trainer/metrics/event_format.h"

#include <gtest/gtest.h>

#include "trainer/metrics/crc32c.h"

namespace owt::trainer {
namespace {

// RFC 3720, appendix B.4, and the check value of the catalogues.
TEST(Crc32cTest, PublishedValues) {
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(Crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(Crc32c(""), 0U);
}

std::string ThreeSteps() {
  std::string file = EventFileStart(1.5);
  for (int64_t step = 10; step <= 30; step += 10) {
    const Scalar loss[] = {{"lm loss", 0.5}, {"grad-norm", 2}};
    const Scalar versus[] = {{"lm loss vs samples", 0.5}};
    file += ScalarEvent(2.5, step, loss) + ScalarEvent(2.5, 8 * step, versus);
  }
  return file;
}

TEST(KeptEventBytesTest, CutsBehindTheIteration) {
  const std::string file = ThreeSteps();
  EXPECT_EQ(KeptEventBytes(file, 30, 240), file.size());
  EXPECT_EQ(KeptEventBytes(file, 1000, 8000), file.size());
  const uint64_t start = KeptEventBytes(file, 0, 0);
  EXPECT_EQ(start, EventFileStart(1.5).size());
  EXPECT_EQ(KeptEventBytes(file, 9, 72), start);
  const uint64_t one = KeptEventBytes(file, 15, 120), two = KeptEventBytes(file, 20, 160);
  EXPECT_EQ(one - start + 1, two - one);  // numbers below 128 take one byte, 160 samples two
  EXPECT_LT(two, file.size());
}

TEST(KeptEventBytesTest, CutsAtDamageAndAtAHalfRecord) {
  const std::string file = ThreeSteps();
  const uint64_t two = KeptEventBytes(file, 20, 160);
  for (size_t size = two; size < two + 40; ++size) {
    EXPECT_EQ(KeptEventBytes(file.substr(0, size), 99, 999), two) << size;
  }
  for (size_t at = 0; at < file.size(); ++at) {
    std::string damaged = file;
    damaged[at] ^= 0x40;
    EXPECT_LE(KeptEventBytes(damaged, 99, 999), at);
  }
}

}  // namespace
}  // namespace owt::trainer
