#include "trainer/metrics/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "tests/support/scratch_folder.h"
#include "trainer/metrics/metrics_line.h"

namespace owt::trainer {
namespace {

using tests::ReadAll;
using tests::ScratchFolder;
using tests::WriteAll;

TEST(MetricsLineTest, Train) {
  TrainMetrics metrics;
  metrics.iteration = 10;
  metrics.samples = 80;
  metrics.tokens = 10240;
  metrics.loss = 10.5;
  metrics.learning_rate = 6e-4;
  metrics.grad_norm = INFINITY;
  metrics.loss_scale = 65536;
  metrics.skipped = 1;
  metrics.seconds_per_iteration = 0.25;
  metrics.tokens_per_second = 4096;
  metrics.memory_bytes = 1000;
  EXPECT_EQ(MetricsLine(metrics),
            "{\"iteration\":10,\"kind\":\"train\",\"samples\":80,\"tokens\":10240,\"loss\":10.5,"
            "\"lr\":0.0006,\"grad_norm\":null,\"loss_scale\":65536,\"skipped\":1,\"nan\":0,"
            "\"seconds_per_iteration\":0.250000,\"tokens_per_second\":4096.0,"
            "\"memory_bytes\":1000}\n");
}

TEST(MetricsLineTest, Throughput) {
  TrainMetrics metrics;
  metrics.flops_per_second = 1.23456e14;
  metrics.mfu = 0.5;
  EXPECT_TRUE(MetricsLine(metrics).ends_with(
      "\"tokens_per_second\":0.0,\"flops_per_second\":1.235e+14,\"mfu\":0.5000,"
      "\"memory_bytes\":0}\n"));
}

TEST(MetricsLineTest, Validation) {
  EXPECT_EQ(ValidationMetricsLine(4, 32, 512, 0.0),
            "{\"iteration\":4,\"kind\":\"validation\",\"samples\":32,\"tokens\":512,\"loss\":0,"
            "\"ppl\":1}\n");
}

TEST(KeptMetricsBytesTest, WholeLinesUpToTheIteration) {
  const std::string one = ValidationMetricsLine(4, 32, 512, 1), note = "someone's note\n",
                    two = ValidationMetricsLine(8, 64, 1024, 1);
  const std::string file = one + note + two;
  EXPECT_EQ(KeptMetricsBytes(file, 3), 0U);
  EXPECT_EQ(KeptMetricsBytes(file, 4), (one + note).size());
  EXPECT_EQ(KeptMetricsBytes(file, 7), (one + note).size());
  EXPECT_EQ(KeptMetricsBytes(file, 8), file.size());
  EXPECT_EQ(KeptMetricsBytes(file + "{\"iterat", 8), file.size());
  EXPECT_EQ(KeptMetricsBytes("", 8), 0U);
}

// The events of all files of a folder, in the order of their names, without what changes from run
// to run: a set of the bytes of the summaries.
std::string AllEvents(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path());
  std::string all;
  for (const std::string& name : names) {
    const std::string file = ReadAll(name);
    EXPECT_EQ(KeptEventBytes(file, 1 << 30, 1 << 30), file.size());
    // A record: 12 bytes, the event with 9 bytes of time first, 4 bytes.
    for (size_t at = 0; at < file.size();) {
      const auto size =
          static_cast<unsigned char>(file[at]) + 256U * static_cast<unsigned char>(file[at + 1]);
      const std::string event = file.substr(at + 12 + 9, size - 9);
      if (event.find("brain.Event") == std::string::npos) all += event + '\n';
      at += 12 + size + 4;
    }
  }
  return all;
}

TrainConfig TenIterations(const ScratchFolder& scratch, const char* name) {
  TrainConfig config;
  config.iterations = 10;
  config.log_interval = 100;  // no times, which differ
  config.save = scratch.File(std::string(name) + "-save");
  config.tensorboard_dir = scratch.File(std::string(name) + "-events");
  return config;
}

void RunTo(Report* report, int64_t from, int64_t to) {
  for (int64_t i = from + 1; i <= to; ++i) {
    const Report::Place place = {i, 8 * i, 1e-3 / static_cast<double>(i), 1};
    report->Step(place, {10.0 / static_cast<double>(i), 1.0, false, false});
    if (i % 3 == 0) report->Validation("x", place, 5.0 / static_cast<double>(i));
  }
}

// Runs that end anywhere and go on from any place before tell what one run tells.
TEST(ReportTest, ContinuesWithoutGapOrRepetition) {
  const ScratchFolder scratch;
  const auto nothing = [](std::string_view) {};
  const auto memory = [] { return int64_t{1}; };
  const TrainConfig alone = TenIterations(scratch, "alone");
  {
    Report report(alone, nothing, memory);
    report.Begin(0, 0, {});
    RunTo(&report, 0, 10);
    report.Sync();
  }
  const std::string lines = ReadAll(alone.save + "/" + kMetricsFile);
  const std::string events = AllEvents(alone.tensorboard_dir);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
  EXPECT_NE(events.find("lm loss vs samples"), std::string::npos);
  for (int64_t stop = 1; stop <= 10; stop += 3) {
    for (int64_t checkpoint = 0; checkpoint <= stop; ++checkpoint) {
      const std::string name = std::to_string(stop) + "-" + std::to_string(checkpoint);
      const TrainConfig config = TenIterations(scratch, name.c_str());
      IntervalSums sums;
      {
        Report report(config, nothing, memory);
        report.Begin(0, 0, {});
        RunTo(&report, 0, checkpoint);
        sums = report.sums();
        RunTo(&report, checkpoint, stop);
        report.Sync();
      }
      // Killed in the middle of a line and of an event.
      WriteAll(config.save + "/" + kMetricsFile,
               ReadAll(config.save + "/" + kMetricsFile) + "{\"iteration\":3");
      for (const auto& entry : std::filesystem::directory_iterator(config.tensorboard_dir)) {
        WriteAll(entry.path(), ReadAll(entry.path()) + "\x50\0\0");
      }
      Report report(config, nothing, memory);
      report.Begin(checkpoint, 8 * checkpoint, sums);
      RunTo(&report, checkpoint, 10);
      report.Sync();
      EXPECT_EQ(report.sums().iterations, 10);
      EXPECT_EQ(ReadAll(config.save + "/" + kMetricsFile), lines) << name;
      EXPECT_TRUE(AllEvents(config.tensorboard_dir) == events) << name;
    }
  }
}

TEST(ReportTest, OtherRunsEventsStay) {
  const ScratchFolder scratch;
  TrainConfig one = TenIterations(scratch, "one"), two = TenIterations(scratch, "two");
  two.tensorboard_dir = one.tensorboard_dir;
  const auto nothing = [](std::string_view) {};
  const auto memory = [] { return int64_t{1}; };
  Report first(one, nothing, memory);
  first.Begin(0, 0, {});
  RunTo(&first, 0, 5);
  first.Sync();
  const std::string before = AllEvents(one.tensorboard_dir);
  Report second(two, nothing, memory);
  second.Begin(0, 0, {});
  EXPECT_EQ(AllEvents(one.tensorboard_dir), before);
}

}  // namespace
}  // namespace owt::trainer
