#include "trainer/generate/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace owt::trainer {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// How often each id is drawn in `draws` draws, as a share.
std::vector<double> Shares(const std::vector<float>& logits, const SamplingOptions& options,
                           int draws) {
  std::mt19937_64 random(7);
  std::vector<double> shares(logits.size());
  for (int i = 0; i < draws; ++i) shares[SampleToken(logits, options, random)] += 1.0 / draws;
  return shares;
}

TEST(SamplerTest, TemperatureZeroTakesTheLikeliest) {
  std::mt19937_64 random(1);
  EXPECT_EQ(SampleToken(std::vector<float>{1, 5, 3}, {0, 0}, random), 1U);
  // Of equal ones the first.
  EXPECT_EQ(SampleToken(std::vector<float>{1, 5, 5, 5}, {0, 0}, random), 1U);
  EXPECT_EQ(SampleToken(std::vector<float>{NAN, -kInfinity, 2}, {0, 0}, random), 2U);
}

TEST(SamplerTest, SharesFollowTheSoftmax) {
  const std::vector<float> logits = {std::log(1.F), std::log(2.F), std::log(5.F)};
  const std::vector<double> shares = Shares(logits, {1.0, 0}, 40000);
  EXPECT_NEAR(shares[0], 0.125, 0.01);
  EXPECT_NEAR(shares[1], 0.25, 0.01);
  EXPECT_NEAR(shares[2], 0.625, 0.01);
  // Temperature 1/2 squares the odds: 1, 4, 25.
  EXPECT_NEAR(Shares(logits, {0.5, 0}, 40000)[2], 25.0 / 30, 0.01);
}

TEST(SamplerTest, TopKCutsTheRest) {
  const std::vector<float> logits = {3, 1, 2, 3, 0};
  const std::vector<double> shares = Shares(logits, {1.0, 2}, 10000);
  EXPECT_NEAR(shares[0], 0.5, 0.02);
  EXPECT_NEAR(shares[3], 0.5, 0.02);
  EXPECT_EQ(shares[1] + shares[2] + shares[4], 0);
  // More than there are is all.
  EXPECT_GT(Shares(logits, {1.0, 50}, 10000)[4], 0);
}

// The token that crosses p stays; of a half, a quarter, an eighth and so on.
TEST(SamplerTest, TopPKeepsTheLikeliest) {
  std::vector<float> logits;
  for (int i = 0; i < 8; ++i) logits.push_back(std::log(std::ldexp(1.F, i - 8)));
  logits[0] = logits[1];  // the sum is 1
  const auto drawn = [&](SamplingOptions options) {
    size_t count = 0;
    for (const double share : Shares(logits, options, 20000)) count += share > 0 ? 1 : 0;
    return count;
  };
  EXPECT_EQ(drawn({1.0, 0, 0.3}), 1U);
  EXPECT_EQ(drawn({1.0, 0, 0.51}), 2U);
  EXPECT_EQ(drawn({1.0, 0, 0.76}), 3U);
  EXPECT_EQ(drawn({1.0, 0, 1.0}), 8U);
  EXPECT_EQ(drawn({1.0, 0, 0.0}), 8U);
  EXPECT_EQ(drawn({1.0, 0, 1e-9}), 1U);
  // Of the two likeliest the first has two thirds.
  EXPECT_EQ(drawn({1.0, 2, 0.6}), 1U);
  EXPECT_EQ(drawn({1.0, 2, 0.7}), 2U);
  EXPECT_NEAR(Shares(logits, {1.0, 0, 0.51}, 20000)[7], 2.0 / 3, 0.02);
}

TEST(SamplerTest, NeverTakesTheImpossible) {
  EXPECT_NEAR(Shares({-kInfinity, 0, NAN, kInfinity}, {1.0, 0}, 1000)[1], 1.0, 1e-9);
  // Where all are, any id is as good.
  std::mt19937_64 random(3);
  EXPECT_LT(SampleToken(std::vector<float>{NAN, NAN}, {1.0, 0}, random), 2U);
}

TEST(SamplerTest, SameSeedSameTokens) {
  std::vector<float> logits(1000);
  for (size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(i % 17);
  std::mt19937_64 a(42), b(42);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(SampleToken(logits, {0.8, 40}, a), SampleToken(logits, {0.8, 40}, b));
  }
}

TEST(LogProbTest, IsTheLogOfTheSoftmax) {
  const std::vector<float> logits = {std::log(1.F), std::log(2.F), std::log(5.F)};
  EXPECT_NEAR(LogProb(logits, 0), std::log(0.125), 1e-6);
  EXPECT_NEAR(LogProb(logits, 2), std::log(0.625), 1e-6);
  EXPECT_NEAR(LogProb(std::vector<float>{1000, 1000}, 1), std::log(0.5), 1e-6);
}

}  // namespace
}  // namespace owt::trainer
