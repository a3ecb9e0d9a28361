#include "formats/gpt_blend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace owt::formats {
namespace {

using ::testing::ElementsAre;

TEST(GptBlendTest, TheFirstOfEqualsComesFirst) {
  const GptBlend blend = BuildGptBlend(std::vector<double>{1, 1}, 5);
  EXPECT_THAT(blend.dataset_index, ElementsAre(0, 1, 0, 1, 0));
  EXPECT_THAT(blend.dataset_sample_index, ElementsAre(0, 0, 1, 1, 2));
}

TEST(GptBlendTest, ThreeToOne) {
  const GptBlend blend = BuildGptBlend(std::vector<double>{3, 1}, 8);
  EXPECT_THAT(blend.dataset_index, ElementsAre(0, 1, 0, 0, 0, 1, 0, 0));
}

TEST(GptBlendTest, CountsStayWithinOneSampleOfTheWeightsForTwo) {
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    const double first = 1 + static_cast<double>(random() % 1000);
    const double second = 1 + static_cast<double>(random() % 1000);
    const auto size = static_cast<int64_t>(random() % 5000);
    const GptBlend blend = BuildGptBlend(std::vector<double>{first, second}, size);
    const std::vector<int64_t> counts = CountBlended(blend, 2);
    EXPECT_EQ(counts[0] + counts[1], size);
    EXPECT_NEAR(static_cast<double>(counts[0]),
                static_cast<double>(size) * first / (first + second), 1.001);
    std::vector<int64_t> next(2);
    for (size_t i = 0; i < blend.dataset_index.size(); ++i) {
      EXPECT_EQ(blend.dataset_sample_index[i], next[blend.dataset_index[i]]++);
    }
  }
}

TEST(GptBlendTest, RequestsHaveHeadRoom) {
  EXPECT_EQ(BlendShare(1000, 0.3), 300);
  EXPECT_EQ(BlendRequest(1000, 0.3), 302);
  EXPECT_EQ(BlendShare(10, 0.25), 3);
  EXPECT_EQ(BlendRequest(10, 0.25), 4);
}

}  // namespace
}  // namespace owt::formats
