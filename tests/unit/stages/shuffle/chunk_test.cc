#include "stages/shuffle/chunk.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace owt::shuffle {
namespace {

std::vector<std::pair<uint64_t, std::string>> Records(std::string_view stored) {
  std::vector<std::pair<uint64_t, std::string>> records;
  std::string padded(stored);
  padded.append(kMaxRecordPrefix, '\xff');
  const std::string_view bytes = std::string_view(padded).substr(0, stored.size());
  EXPECT_TRUE(ForEachRecord(bytes, [&](uint64_t ordinal, const char* sized_line) {
    records.emplace_back(ordinal, LineAt(sized_line));
  }));
  return records;
}

TEST(ChunkTest, GivesBackWhatWentIn) {
  const std::vector<std::pair<uint64_t, std::string>> lines = {
      {5, "five"},
      {0, ""},
      {~uint64_t{0}, std::string("nul\0!", 5)},
      {uint64_t{1} << 63, "far"},
      {127, std::string(127, 'x')},
      {128, std::string(20000, 'y')}};
  Chunk chunk(64 << 10);
  for (const auto& [ordinal, line] : lines) ASSERT_TRUE(chunk.Append(ordinal, line));
  chunk.Seal();
  std::string stored(chunk.stored());
  chunk.Clear();
  ASSERT_TRUE(chunk.Append(9, "next"));
  chunk.Seal();
  stored += chunk.stored();

  const auto records = Records(stored);
  ASSERT_EQ(records.size(), lines.size() + 1);
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(records[i].first, lines[i].first);
    EXPECT_EQ(records[i].second, lines[i].second + "\n");
  }
  EXPECT_EQ(records.back(), std::make_pair(uint64_t{9}, std::string("next\n")));
}

TEST(ChunkTest, RefusesWhatDoesNotFitAndStaysAsItWas) {
  Chunk chunk(Chunk::BytesFor(101));
  EXPECT_FALSE(chunk.Append(1, std::string(101, 'a')));
  EXPECT_TRUE(chunk.empty());
  EXPECT_TRUE(chunk.Append(1, std::string(100, 'a')));
  EXPECT_FALSE(chunk.Append(2, ""));
  chunk.Seal();
  EXPECT_EQ(Records(chunk.stored()).size(), 1u);
  EXPECT_FALSE(Chunk().Append(0, ""));
}

// What a damaged file holds never leads outside of it (the address sanitizer looks on).
TEST(ChunkTest, DamagedBytesStayWithinTheirBounds) {
  std::mt19937 random(1);
  Chunk chunk(4096);
  for (uint64_t i = 0; chunk.Append(i * 1000, std::string(i % 50, 'x')); ++i) {
  }
  chunk.Seal();
  size_t damaged = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(chunk.stored());
    bytes.resize(random() % (bytes.size() + 1));
    for (size_t i = random() % 4; i-- > 0 && !bytes.empty();) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const size_t size = bytes.size();
    bytes.append(kMaxRecordPrefix, static_cast<char>(random()));
    bytes.shrink_to_fit();
    size_t total = 0;
    damaged += !ForEachRecord(std::string_view(bytes).substr(0, size),
                              [&](uint64_t, const char* sized_line) {
                                const std::string_view line = LineAt(sized_line);
                                ASSERT_LE(line.data() + line.size(), bytes.data() + size);
                                for (const char c : line) total += c == 'x';
                              });
    ASSERT_LE(total, size);
  }
  EXPECT_GT(damaged, 1000u);
}

}  // namespace
}  // namespace owt::shuffle
