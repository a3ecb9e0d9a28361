#include "trainer/evaluate/ordered_work.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace owt::trainer {
namespace {

constexpr int kItems = 500;

void Plainly(const std::function<void()>& loop) { loop(); }

// Some items take longer than others.
int SlowSquare(const int& i) {
  if (i % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
  return i * i;
}

class OrderedWorkTest : public ::testing::TestWithParam<int> {
 protected:
  std::function<bool(int*)> Numbers() {
    return [this](int* item) {
      if (begun_ == kItems) return false;
      *item = begun_++;
      return true;
    };
  }

  int begun_ = 0;
  std::vector<int> taken_;
};

TEST_P(OrderedWorkTest, ResultsComeInOrderAndNotTooManyAreUnderWay) {
  const auto take = [this](const int& result) {
    taken_.push_back(result);
    EXPECT_LE(begun_ - static_cast<int>(taken_.size()), 8);
  };
  OrderedWork<int, int>(8, Numbers(), SlowSquare, take).Run(GetParam(), Plainly);
  ASSERT_EQ(taken_.size(), static_cast<size_t>(kItems));
  for (int i = 0; i < kItems; ++i) EXPECT_EQ(taken_[static_cast<size_t>(i)], i * i);
}

TEST_P(OrderedWorkTest, WhatIsThrownAnywhereEndsItAndComesOut) {
  for (const std::string place : {"next", "work", "take"}) {
    begun_ = 0;
    taken_.clear();
    const auto fail = [&place](std::string_view here, bool now) {
      if (now && place == here) throw std::runtime_error(place);
    };
    const auto numbers = Numbers();
    OrderedWork<int, int> work(
        8,
        [&](int* item) {
          fail("next", begun_ == 100);
          return numbers(item);
        },
        [&](const int& item) {
          fail("work", item == 100);
          return SlowSquare(item);
        },
        [&](const int& result) {
          fail("take", result == 10000);
          taken_.push_back(result);
        });
    EXPECT_THROW(work.Run(GetParam(), Plainly), std::runtime_error) << place;
    EXPECT_LE(taken_.size(), 100U) << place;
    EXPECT_LE(begun_, 100 + 9) << place;
  }
}

TEST_P(OrderedWorkTest, EachThreadIsWrappedOnce) {
  std::atomic<int> threads = 0;
  OrderedWork<int, int>(8, Numbers(), SlowSquare, [](const int&) {
  }).Run(GetParam(), [&threads](const std::function<void()>& loop) {
    ++threads;
    loop();
  });
  EXPECT_EQ(threads, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Workers, OrderedWorkTest, ::testing::Values(1, 2, 5));

}  // namespace
}  // namespace owt::trainer
