#include "trainer/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/error.h"

namespace owt::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DataBlendTest, ReadsDatasetsWithAndWithoutWeights) {
  EXPECT_THAT(ParseDataBlend({"a"}).prefixes, ElementsAre("a"));
  EXPECT_THAT(ParseDataBlend({"a"}).weights, IsEmpty());
  EXPECT_THAT(ParseDataBlend({"a", "b"}).prefixes, ElementsAre("a", "b"));
  EXPECT_THAT(ParseDataBlend({"a", "b"}).weights, IsEmpty());
  EXPECT_THAT(ParseDataBlend({"a", "2", "c"}).prefixes, ElementsAre("a", "2", "c"));
  const DataBlend weighted = ParseDataBlend({"3", "a", "0.5", "b", "1e-2", "7"});
  EXPECT_THAT(weighted.prefixes, ElementsAre("a", "b", "7"));
  EXPECT_THAT(weighted.weights, ElementsAre(3, 0.5, 0.01));
}

TEST(DataBlendTest, RefusesWhatMakesNoMix) {
  EXPECT_THROW(ParseDataBlend({}), Error);
  EXPECT_THROW(ParseDataBlend({"1", "a", "x", "b"}), Error);
  EXPECT_THROW(ParseDataBlend({"x", "a", "1", "b"}), Error);
  for (const char* weight : {"0", "-1", "inf", "nan"}) {
    EXPECT_THROW(ParseDataBlend({"1", "a", weight, "b"}), Error) << weight;
  }
}

TEST(ValidateTest, WhatOnlyAGpuDoes) {
  TrainConfig config;
  config.deterministic = true;  // a CPU always is
  EXPECT_NO_THROW(Validate(config));
  config.device = "cuda";
  EXPECT_THROW(Validate(config), Error);  // in fp32
  config.precision = Precision::kBf16;
  config.recompute = Recompute::kFull;
  EXPECT_NO_THROW(Validate(config));
  config.device = "cpu";
  EXPECT_THROW(Validate(config), Error);
}

}  // namespace
}  // namespace owt::trainer
