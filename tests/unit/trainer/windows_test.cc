#include "trainer/evaluate/windows.h"

#include <gtest/gtest.h>

#include <numeric>

namespace owt::trainer {
namespace {

std::vector<uint32_t> Count(uint32_t size) {
  std::vector<uint32_t> ids(size);
  std::iota(ids.begin(), ids.end(), 0U);
  return ids;
}

// Checks a row of consecutive numbers and returns what it predicts.
template <class Windows>
std::vector<uint32_t> Predicted(Windows windows, size_t length, size_t least_context) {
  std::vector<uint32_t> predicted;
  ScoreRow row;
  while (windows.Next(&row)) {
    EXPECT_LE(row.ids.size(), length + 1);
    EXPECT_GE(row.num_scored, 1U);
    EXPECT_LT(row.num_scored, row.ids.size());
    const size_t first = row.ids.size() - row.num_scored;
    if (!predicted.empty()) {
      EXPECT_GE(first, least_context);
    }
    for (size_t i = 1; i < row.ids.size(); ++i) EXPECT_EQ(row.ids[i], row.ids[i - 1] + 1);
    predicted.insert(predicted.end(), row.ids.begin() + static_cast<std::ptrdiff_t>(first),
                     row.ids.end());
  }
  EXPECT_FALSE(windows.Next(&row));
  return predicted;
}

// All but the first.
std::vector<uint32_t> Rest(uint32_t size) {
  std::vector<uint32_t> ids = Count(size);
  if (!ids.empty()) ids.erase(ids.begin());
  return ids;
}

TEST(OverlappingWindowsTest, EachIdIsPredictedOnceBehindEnoughOthers) {
  for (uint32_t size = 0; size < 60; ++size) {
    const std::vector<uint32_t> ids = Count(size);
    for (const int64_t length : {1, 2, 7, 16, 64}) {
      for (int64_t stride = 1; stride <= length; ++stride) {
        EXPECT_EQ(Predicted(OverlappingWindows(ids, length, stride), static_cast<size_t>(length),
                            static_cast<size_t>(length - stride + 1)),
                  Rest(size))
            << size << " " << length << " " << stride;
      }
    }
  }
}

TEST(StreamWindowsTest, EachIdIsPredictedOnceHoweverDocumentsAreCut) {
  for (uint32_t size = 0; size < 60; ++size) {
    for (const int64_t length : {1, 2, 7, 16, 64}) {
      for (const uint32_t document : {1U, 3U, 16U, 60U}) {
        uint32_t given = 0, calls = 0;
        const auto next = [&](std::vector<uint32_t>* ids) {
          ids->clear();
          if (++calls % 3 == 0) return true;  // an empty document
          for (uint32_t i = 0; i < document && given < size; ++i) ids->push_back(given++);
          return !ids->empty();
        };
        EXPECT_EQ(Predicted(StreamWindows(next, length), static_cast<size_t>(length), 1),
                  Rest(size))
            << size << " " << length << " " << document;
      }
    }
  }
}

}  // namespace
}  // namespace owt::trainer
