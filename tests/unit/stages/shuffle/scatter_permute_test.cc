#include <gtest/gtest.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "pipeline/error.h"
#include "stages/shuffle/permute.h"
#include "stages/shuffle/scatter.h"

namespace owt::shuffle {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSeed = 42;

// Lines of all kinds: empty ones, equal ones, NULs, any bytes, a few that are long.
std::string MakeLines(size_t count, size_t long_bytes, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    size_t length = random() % 100;
    if (random() % 10 == 0) length = 0;
    if (long_bytes > 0 && random() % 500 == 0) length = random() % long_bytes;
    for (size_t j = 0; j < length; ++j) {
      const char c = static_cast<char>(random());
      text += c == '\n' ? ' ' : c;
    }
    text += '\n';
  }
  return text;
}

// The slow version: all lines in memory, one sort. Says also how many lines there are.
std::string Reference(const std::string& text, const Order& order, uint64_t head) {
  std::vector<std::pair<uint64_t, std::string>> keyed;
  uint64_t ordinal = 0;
  for (size_t at = 0; at < text.size(); ++ordinal) {
    const size_t end = std::min(text.find('\n', at), text.size());
    uint64_t position;
    if (order.Place(ordinal, &position)) {
      keyed.emplace_back(position, text.substr(at, end - at) + "\n");
    }
    at = end + 1;
  }
  std::sort(keyed.begin(), keyed.end());
  std::string result;
  for (size_t i = 0; i < std::min<uint64_t>(head, keyed.size()); ++i) result += keyed[i].second;
  return result;
}

struct Way {
  ScatterPlan plan = PlanScatter(kLeastMemoryBytes, 1, 0);
  size_t batch_bytes = 50000;
  size_t workers = 1;
  size_t permute_memory = kLeastMemoryBytes;
  uint64_t head = ~uint64_t{0};
  Order order = Order(kSeed);
  bool expect_spill = false;
};

class ShuffleTest : public testing::Test {
 protected:
  ShuffleTest() {
    std::string name = testing::TempDir() + "shuffle-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }

  ~ShuffleTest() override { fs::remove_all(folder_); }

  std::string Shuffle(const std::string& text, const Way& way) {
    struct Batch {
      std::string_view lines;
      uint64_t first;
    };

    std::vector<Batch> batches;
    uint64_t ordinal = 0;
    for (size_t at = 0; at < text.size();) {
      size_t end = std::min(text.size(), at + way.batch_bytes);
      end = std::min(text.find('\n', end - 1), text.size() - 1) + 1;
      const std::string_view lines(text.data() + at, end - at);
      batches.push_back({lines, ordinal});
      ordinal += CountLines(lines);
      at = end;
    }
    SpillFile spill(SpillFile::NameBeside(folder_ + "/out"));
    HeadLimit limit(way.head, 1 << 18);
    Scatter scatter(way.order, way.plan, &spill, way.head == ~uint64_t{0} ? nullptr : &limit);
    oneapi::tbb::parallel_for(size_t{0}, batches.size(),
                              [&](size_t i) { scatter.Add(batches[i].lines, batches[i].first); });
    std::vector<Partition> partitions = scatter.Finish();
    EXPECT_EQ(spill.bytes_reserved() > 0, way.expect_spill);
    std::string result;
    uint64_t records = 0;
    Permute(way.order, std::move(partitions), {way.permute_memory, way.workers, way.head}, &spill,
            [&](std::string_view lines, uint64_t count) {
              EXPECT_EQ(CountLines(lines), count);
              result += lines;
              records += count;
            });
    EXPECT_EQ(CountLines(result), records);
    return result;
  }

  std::string folder_;
};

TEST_F(ShuffleTest, SameBytesForEveryMemoryPlanBatchAndWorkers) {
  const std::string text = MakeLines(60000, 0, 1);  // about 2.7 MB
  const std::string expected = Reference(text, Order(kSeed), ~uint64_t{0});
  for (const size_t memory : {size_t{2} << 20, size_t{4} << 20, size_t{256} << 20}) {
    for (const size_t workers : {1, 2, 8}) {
      for (const size_t batch : {size_t{700}, size_t{1} << 20}) {
        for (const uint64_t guess : {uint64_t{0}, uint64_t{1} << 50}) {
          Way way;
          way.plan = PlanScatter(memory, workers, guess);
          way.workers = workers;
          way.batch_bytes = batch;
          way.permute_memory = memory;
          way.expect_spill = memory < size_t{5} << 20;
          ASSERT_EQ(Shuffle(text, way), expected) << memory << " " << workers << " " << batch;
        }
      }
    }
  }
}

TEST_F(ShuffleTest, PartitionsLargerThanTheMemoryAreSplit) {
  const std::string text = MakeLines(150000, 0, 2);  // about 6.7 MB in two partitions
  Way way;
  way.plan = {64 << 10, 1, 1, 4 << 10};
  way.expect_spill = true;
  ASSERT_EQ(Shuffle(text, way), Reference(text, way.order, way.head));
  way.permute_memory = 200 << 10;  // a plan of its own has at least 2 MB: split again and again
  way.workers = 3;
  ASSERT_EQ(Shuffle(text, way), Reference(text, way.order, way.head));
}

TEST_F(ShuffleTest, LinesLongerThanAChunkAndThanTheMemory) {
  const std::string text = MakeLines(20000, 300000, 3) + std::string(5 << 20, 'z') + "\nlast\n";
  Way way;
  way.expect_spill = true;
  way.workers = 2;
  way.plan = PlanScatter(kLeastMemoryBytes, 2, 0);
  ASSERT_EQ(Shuffle(text, way), Reference(text, way.order, way.head));
  way.plan = PlanScatter(100 << 20, 2, 0);
  way.permute_memory = 100 << 20;
  way.expect_spill = false;
  ASSERT_EQ(Shuffle(text, way), Reference(text, way.order, way.head));
}

TEST_F(ShuffleTest, AnUnfinishedLastLineGetsItsNewline) {
  Way way;
  EXPECT_EQ(Shuffle("only", way), "only\n");
  const std::string text = "a\n\nb\n\nlast";
  way.batch_bytes = 1;
  EXPECT_EQ(Shuffle(text, way), Reference(text, way.order, way.head));
  EXPECT_EQ(Shuffle("\n", way), "\n");
  EXPECT_EQ(Shuffle("", way), "");
}

TEST_F(ShuffleTest, HeadIsTheBeginningOfTheWhole) {
  const std::string text = MakeLines(60000, 5000, 4);
  for (const uint64_t head : {1, 2, 100, 5000, 59999, 60000, 70000}) {
    for (const size_t workers : {1, 4}) {
      Way way;
      way.head = head;
      way.workers = workers;
      way.plan = PlanScatter(size_t{64} << 20, workers, text.size());
      way.permute_memory = size_t{64} << 20;
      ASSERT_EQ(Shuffle(text, way), Reference(text, way.order, head)) << head;
    }
  }
}

TEST_F(ShuffleTest, ASmallHeadOfALargeInputStaysInMemory) {
  const std::string text = MakeLines(200000, 0, 5);  // 9 MB through 4 MB of memory
  Way way;
  way.head = 1000;
  way.plan = PlanScatter(2 * kLeastMemoryBytes, 1, 0);
  way.expect_spill = false;
  EXPECT_EQ(Shuffle(text, way), Reference(text, way.order, way.head));
  way.head = 100000;
  way.expect_spill = true;
  EXPECT_EQ(Shuffle(text, way), Reference(text, way.order, way.head));
}

TEST_F(ShuffleTest, ShardsOneAfterTheOtherAreTheWhole) {
  const std::string text = MakeLines(30000, 0, 6);
  std::string joined;
  for (uint32_t shard = 0; shard < 3; ++shard) {
    Way way;
    way.order = Order(kSeed, shard, 3);
    const std::string part = Shuffle(text, way);
    EXPECT_EQ(part, Reference(text, way.order, way.head));
    joined += part;
  }
  EXPECT_EQ(joined, Reference(text, Order(kSeed), ~uint64_t{0}));
}

TEST_F(ShuffleTest, NothingIsLeftBesideTheOutput) {
  const std::string text = MakeLines(60000, 0, 1);
  Way way;
  way.expect_spill = true;
  Shuffle(text, way);
  EXPECT_TRUE(fs::is_empty(folder_));
}

// A run is killed after a checkpoint that knew the first part; later ones had been added as well.
TEST_F(ShuffleTest, GoesOnWhereAKilledRunStopped) {
  const std::string text = MakeLines(60000, 5000, 8);
  const size_t half = text.find('\n', text.size() / 2) + 1;
  const size_t more = text.find('\n', text.size() * 3 / 4) + 1;
  const std::string_view lines = text;
  const uint64_t half_lines = CountLines(lines.substr(0, half));
  const std::string path = SpillFile::NameBeside(folder_ + "/out");
  const Order order(kSeed);
  std::string state;
  for (int kill = 0; kill < 3; ++kill) {
    SpillFile spill(path);
    Scatter scatter(order, PlanScatter(kLeastMemoryBytes, 2, 0), &spill, nullptr);
    if (kill == 0) {
      scatter.Add(lines.substr(0, half), 0);
      scatter.Add(lines.substr(half, more - half), half_lines);
    } else {
      ASSERT_TRUE(scatter.Restore(state)) << kill;
      scatter.Add(lines.substr(half), half_lines);
    }
    state = scatter.Checkpoint();  // here it dies; what was added from `half` on comes again
    ASSERT_FALSE(state.empty());
  }
  ASSERT_TRUE(fs::exists(path));
  {
    SpillFile spill(path);
    Scatter scatter(order, PlanScatter(64 << 20, 4, 0), &spill, nullptr);  // another plan
    ASSERT_TRUE(scatter.Restore(state));
    scatter.Add(lines.substr(half), half_lines);
    std::string result;
    Permute(order, scatter.Finish(), {kLeastMemoryBytes, 2}, &spill,
            [&](std::string_view part, uint64_t count) {
              EXPECT_EQ(CountLines(part), count);
              result += part;
            });
    ASSERT_EQ(result, Reference(text, order, ~uint64_t{0}));
    spill.Discard();
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ShuffleTest, AStateThatDoesNotFitIsRefused) {
  SpillFile spill(folder_ + "/.out.shuffle");
  Scatter scatter(Order(kSeed), PlanScatter(kLeastMemoryBytes, 1, 0), &spill, nullptr);
  EXPECT_EQ(scatter.Checkpoint(), "") << "all is in memory";
  std::string no_file = "1 100";
  for (int i = 0; i < 10; ++i) no_file += " 1";
  for (const std::string& state : {std::string(), std::string("x"), std::string("1 1"),
                                   std::string("99 0"), std::string("-1 2"), no_file}) {
    EXPECT_FALSE(scatter.Restore(state)) << state;
  }
}

// Every byte of a spilled file is changed in turn: another order, an error, but no crash.
TEST_F(ShuffleTest, ADamagedSpillFileIsAnErrorOrOtherLines) {
  const std::string text = MakeLines(300, 0, 9);
  const Order order(kSeed);
  const std::string path = folder_ + "/.out.shuffle";
  size_t errors = 0;
  for (uint64_t at = 0; at < 1000; at += 7) {
    SpillFile spill(path);
    const ScatterPlan plan = {4 << 10, 1, 1, 4 << 10};
    Scatter scatter(order, plan, &spill, nullptr);
    scatter.Add(text, 0);
    std::vector<Partition> partitions = scatter.Finish();
    char byte = static_cast<char>(0xff);
    iovec piece = {&byte, 1};
    spill.Write({spill.bytes_reserved() - 1 - at, 1}, std::span(&piece, 1));
    try {
      Permute(order, std::move(partitions), {1 << 20, 1}, &spill,
              [](std::string_view, uint64_t) {});
    } catch (const Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, 0u);
}

TEST_F(ShuffleTest, AFailedDiskEndsEveryWaitingThread) {
  const std::string text = MakeLines(60000, 0, 1);
  SpillFile spill(folder_ + "/no/such/folder");
  Scatter scatter(Order(kSeed), PlanScatter(kLeastMemoryBytes, 1, 0), &spill, nullptr);
  EXPECT_ANY_THROW(oneapi::tbb::parallel_for(0, 8, [&](int i) {
    for (int j = 0; j < 4; ++j) scatter.Add(text, static_cast<uint64_t>(i * 4 + j) * 60000);
  }));
}

TEST(PlanScatterTest, OpenChunksTakeHalfOfTheMemoryAtMost) {
  for (size_t memory = kLeastMemoryBytes; memory <= size_t{64} << 30; memory *= 2) {
    for (const size_t lanes : {1, 2, 3, 16, 256}) {
      for (const uint64_t input :
           {uint64_t{0}, uint64_t{1}, uint64_t{1} << 30, uint64_t{1} << 45}) {
        const ScatterPlan plan = PlanScatter(memory, lanes, input);
        EXPECT_GE(plan.lanes, 1u);
        EXPECT_LE(plan.lanes, lanes);
        EXPECT_GE(plan.partition_bits, 1);
        EXPECT_LE((plan.chunk_bytes * plan.lanes) << plan.partition_bits, memory / 2);
      }
    }
  }
}

TEST(CountLinesTest, CountsAnUnfinishedLastLine) {
  EXPECT_EQ(CountLines(""), 0u);
  EXPECT_EQ(CountLines("a"), 1u);
  EXPECT_EQ(CountLines("a\n"), 1u);
  EXPECT_EQ(CountLines("\n\nb"), 3u);
}

}  // namespace
}  // namespace owt::shuffle
