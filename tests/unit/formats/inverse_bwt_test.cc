#include "formats/inverse_bwt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace owt::formats {
namespace {

// The plain algorithm of Burrows and Wheeler: one walk.
std::string OneWalk(const std::string& column, uint32_t origin) {
  std::vector<uint32_t> next(column.size());
  std::iota(next.begin(), next.end(), 0U);
  const auto less = [&](uint32_t a, uint32_t b) {
    return static_cast<unsigned char>(column[a]) < static_cast<unsigned char>(column[b]);
  };
  std::stable_sort(next.begin(), next.end(), less);
  std::string text;
  for (uint32_t row = origin; text.size() < column.size();) {
    row = next[row];
    text += column[row];
  }
  return text;
}

// The transform itself, by sorting the rotations.
std::string Transform(const std::string& text, uint32_t* origin) {
  std::vector<uint32_t> starts(text.size());
  std::iota(starts.begin(), starts.end(), 0U);
  const std::string twice = text + text;
  std::sort(starts.begin(), starts.end(), [&](uint32_t a, uint32_t b) {
    return twice.compare(a, text.size(), twice, b, text.size()) < 0;
  });
  std::string column;
  for (uint32_t row = 0; row < starts.size(); ++row) {
    if (starts[row] == 0) *origin = row;
    column += twice[starts[row] + text.size() - 1];
  }
  return column;
}

std::string Invert(InverseBwt* bwt, const std::string& column, uint32_t origin) {
  std::array<uint32_t, 256> counts{};
  for (const char byte : column) ++counts[static_cast<unsigned char>(byte)];
  std::copy(column.begin(), column.end(), bwt->column());
  std::string out(column.size(), '\0');
  bwt->Invert(static_cast<uint32_t>(column.size()), origin, counts, out.data());
  return out;
}

std::string RandomBytes(std::mt19937* random, size_t size, unsigned num_values) {
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>((*random)() % num_values);
  return bytes;
}

TEST(InverseBwt, UndoesTheTransform) {
  std::mt19937 random(1);
  InverseBwt bwt(10000);
  for (const size_t size : {1, 2, 3, 100, 1023, 1024, 1025, 2048, 10000}) {
    for (const unsigned num_values : {1, 2, 4, 256}) {
      const std::string text = RandomBytes(&random, size, num_values);
      uint32_t origin = 0;
      const std::string column = Transform(text, &origin);
      EXPECT_TRUE(Invert(&bwt, column, origin) == text) << size << " of " << num_values;
    }
  }
}

// Random columns fall into many cycles, which no text has but a hostile file may.
TEST(InverseBwt, AnyColumnGivesWhatOneWalkGives) {
  std::mt19937 random(2);
  InverseBwt bwt(5000);
  for (int i = 0; i < 1000; ++i) {
    const size_t size = 1 + random() % 5000;
    const std::string column = RandomBytes(&random, size, 1 + random() % 256);
    for (const uint32_t origin : {uint32_t{0}, static_cast<uint32_t>(random() % size),
                                  static_cast<uint32_t>(size / 1024 * 1024 % size)}) {
      ASSERT_TRUE(Invert(&bwt, column, origin) == OneWalk(column, origin)) << size << " " << origin;
    }
  }
}

TEST(InverseBwt, LargestBlock) {
  std::mt19937 random(3);
  constexpr uint32_t kSize = 900000;
  InverseBwt bwt(kSize);
  for (const unsigned num_values : {1, 2, 256}) {
    const std::string column = RandomBytes(&random, kSize, num_values);
    const uint32_t origin = static_cast<uint32_t>(random() % kSize);
    EXPECT_TRUE(Invert(&bwt, column, origin) == OneWalk(column, origin));
  }
}

}  // namespace
}  // namespace owt::formats
