#include "stages/dedup/anchors.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace owt::dedup {
namespace {

// A text over so many letters: few ones make equal hashes and long repeats.
std::string RandomText(size_t size, int letters, std::mt19937_64* random) {
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('a' + (*random)() % static_cast<uint64_t>(letters));
  return text;
}

std::vector<Anchor> AnchorsOf(std::string_view text, WindowSize size) {
  AnchorSampler sampler(size);
  std::vector<Anchor> anchors;
  sampler.Sample(text, &anchors);
  return anchors;
}

TEST(AnchorsTest, EveryWindowHasOneAnchorWithinIt) {
  std::mt19937_64 random(1);
  for (const size_t bytes : {32, 33, 100, 1500, 10000}) {
    const WindowSize size(bytes);
    for (const size_t more : {0, 1, 2, 49, 50, 51, 52, 1000, 5000}) {
      for (const int letters : {1, 2, 26}) {
        const std::string text = RandomText(bytes + more, letters, &random);
        size_t next = 0;
        size_t last_at = 0;
        for (const Anchor& anchor : AnchorsOf(text, size)) {
          EXPECT_EQ(anchor.first_window, next);
          EXPECT_GE(anchor.last_window, anchor.first_window);
          EXPECT_GE(anchor.at, anchor.last_window);
          EXPECT_LE(anchor.at - anchor.first_window, size.max_offset);
          EXPECT_TRUE(next == 0 || anchor.at > last_at);
          next = anchor.last_window + 1;
          last_at = anchor.at;
        }
        EXPECT_EQ(next, more + 1);
      }
    }
  }
}

TEST(AnchorsTest, ContentAloneDecides) {
  std::mt19937_64 random(2);
  const WindowSize size(40);

  struct Seen {
    size_t offset;
    uint64_t key;
    bool operator==(const Seen&) const = default;
  };

  std::map<std::string, Seen> seen;
  size_t num_again = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string phrase = RandomText(15, 2, &random);
    std::string text = RandomText(random() % 50, 26, &random);
    for (int j = 0; j < 8; ++j)
      text += random() % 3 ? phrase : RandomText(random() % 9, 2, &random);
    for (const Anchor& anchor : AnchorsOf(text, size)) {
      for (size_t window = anchor.first_window; window <= anchor.last_window; ++window) {
        const Seen now = {anchor.at - window, anchor.key};
        const auto [at, is_new] = seen.emplace(text.substr(window, size.bytes), now);
        EXPECT_EQ(at->second, now);
        num_again += !is_new;
      }
    }
  }
  EXPECT_GT(num_again, 1000u);
}

// The hull stands for all windows: equal ones for equal hulls, and for no others.
TEST(AnchorsTest, HullsAreEqualWhereTheirWindowsAre) {
  std::mt19937_64 random(3);
  const WindowSize size(64);
  std::map<uint64_t, std::string> seen;
  size_t num_again = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string text = RandomText(200, 2, &random) + std::string(100, 'x');
    for (const Anchor& anchor : AnchorsOf(text, size)) {
      const std::string hull =
          text.substr(anchor.first_window, anchor.last_window - anchor.first_window + size.bytes);
      const auto [at, is_new] = seen.emplace(anchor.hull, hull);
      EXPECT_EQ(at->second, hull);
      num_again += !is_new;
    }
  }
  EXPECT_GT(num_again, 100u);
}

TEST(AnchorsTest, RandomTextHasTwoForEachLengthThatAnAnchorCanMove) {
  std::mt19937_64 random(4);
  const WindowSize size(100);
  const std::string text = RandomText(1000000, 26, &random);
  const double density = static_cast<double>(AnchorsOf(text, size).size()) / 1e6;
  EXPECT_NEAR(density * static_cast<double>(size.max_offset + 2) / 2, 1, 0.02);
}

}  // namespace
}  // namespace owt::dedup
