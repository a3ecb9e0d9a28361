#include "stages/encode/paddle_text.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::encode {
namespace {

std::string Repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(CleanAsPaddle, LeavesOneOfMoreThanAHundred) {
  for (const std::string& c : {std::string("-"), std::string("é"), std::string("😀")}) {
    EXPECT_EQ(CleanAsPaddle("a" + Repeated(c, 100) + "b"), "a" + Repeated(c, 100) + "b");
    EXPECT_EQ(CleanAsPaddle("a" + Repeated(c, 101) + "b"), "a" + c + "b");
    EXPECT_EQ(CleanAsPaddle("a" + Repeated(c, 5000) + c), "a" + c);
  }
  EXPECT_EQ(CleanAsPaddle("a" + Repeated("\n", 500) + "b"), "a" + Repeated("\n", 500) + "b");
  EXPECT_EQ(CleanAsPaddle(Repeated(" ", 500)), "");
}

}  // namespace
}  // namespace owt::encode
