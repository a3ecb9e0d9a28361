#include "pipeline/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace owt {
namespace {

TEST(ErrorTest, TextNamesPlaceMessageAndCause) {
  const Error error(ErrorKind::kInput, "cannot read", "a.jsonl", 17, ENOENT);
  EXPECT_STREQ(error.what(), "a.jsonl:17: cannot read: No such file or directory");
}

TEST(ErrorTest, TextWithoutPlaceIsTheMessage) {
  EXPECT_STREQ(Error(ErrorKind::kUsage, "no input").what(), "no input");
}

TEST(ErrorTest, KindsMapToExitCodes) {
  EXPECT_EQ(ExitCode(ErrorKind::kInput), 1);
  EXPECT_EQ(ExitCode(ErrorKind::kUsage), 2);
  EXPECT_EQ(ExitCode(ErrorKind::kRejected), 3);
  EXPECT_EQ(ExitCode(ErrorKind::kInterrupted), 130);
}

}  // namespace
}  // namespace owt
