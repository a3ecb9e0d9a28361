#include "trainer/generate/row_product.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

namespace owt::trainer {
namespace {

std::vector<float> Normal(std::mt19937& random, int64_t size) {
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(size));
  for (float& value : values) value = normal(random);
  return values;
}

// Only the upper half of each.
std::vector<uint16_t> Halves(std::vector<float>* values) {
  std::vector<uint16_t> halves;
  for (float& value : *values) {
    const uint32_t bits = std::bit_cast<uint32_t>(value) & 0xFFFF0000;
    halves.push_back(static_cast<uint16_t>(bits >> 16));
    value = std::bit_cast<float>(bits);
  }
  return halves;
}

TEST(RowProductTest, IsTheProductAndRowsDoNotDependOnEachOther) {
  std::mt19937 random(4);
  for (const int64_t k : {1, 7, 8, 9, 48, 100, 768}) {
    for (int64_t rows = 1; rows <= kMaxProductRows; ++rows) {
      const int64_t n = 1 + static_cast<int64_t>(random() % 40);
      const std::vector<float> x = Normal(random, rows * k), bias = Normal(random, n);
      std::vector<float> w = Normal(random, n * k);
      const std::vector<uint16_t> halves = Halves(&w);
      const RowProductShape shape = {rows, k, n};
      std::vector<float> out(static_cast<size_t>(rows * n)), half = out, plain = out, pieces = out;
      RowProduct(x.data(), w.data(), bias.data(), shape, 0, n, out.data());
      RowProduct(x.data(), halves.data(), bias.data(), shape, 0, n, half.data());
      PlainRowProduct(x.data(), w.data(), bias.data(), shape, 0, n, plain.data());
      for (int64_t begin = 0; begin < n; begin += 3) {
        RowProduct(x.data(), w.data(), bias.data(), shape, begin, std::min(begin + 3, n),
                   pieces.data());
      }
      EXPECT_EQ(out, half);
      EXPECT_EQ(out, pieces);
      std::vector<float> alone(static_cast<size_t>(n));
      for (int64_t r = 0; r < rows; ++r) {
        RowProduct(x.data() + r * k, w.data(), bias.data(), {1, k, n}, 0, n, alone.data());
        for (int64_t c = 0; c < n; ++c) {
          const auto at = static_cast<size_t>(r * n + c);
          double want = bias[static_cast<size_t>(c)];
          for (int64_t i = 0; i < k; ++i) {
            want += static_cast<double>(x[static_cast<size_t>(r * k + i)]) *
                    w[static_cast<size_t>(c * k + i)];
          }
          const double most = 1e-6 * std::sqrt(static_cast<double>(k)) * 10;
          EXPECT_NEAR(out[at], want, most);
          EXPECT_NEAR(plain[at], want, most);
          EXPECT_EQ(out[at], alone[static_cast<size_t>(c)]);
        }
      }
    }
  }
}

TEST(RowProductTest, BiasMayBeLeftOut) {
  const float x[] = {1, 2}, w[] = {3, 4, 5, 6}, zero[] = {0, 0};
  float out[2], same[2];
  RowProduct(x, w, nullptr, {1, 2, 2}, 0, 2, out);
  RowProduct(x, w, zero, {1, 2, 2}, 0, 2, same);
  EXPECT_EQ(out[0], 11);
  EXPECT_EQ(out[1], 17);
  EXPECT_EQ(same[1], 17);
}

}  // namespace
}  // namespace owt::trainer
