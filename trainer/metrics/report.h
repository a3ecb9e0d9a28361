#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "trainer/config.h"
#include "trainer/metrics/appended_file.h"
#include "trainer/metrics/event_log.h"
#include "trainer/step_result.h"

namespace owt::trainer {

// What happened since the last training line. A checkpoint keeps it, so that a resumed run prints
// the means that an uninterrupted one would.
struct IntervalSums {
  int64_t iterations = 0, skipped = 0, nan = 0;
  double loss_sum = 0;  // of the iterations that were not skipped

  bool operator==(const IntervalSums&) const = default;
};

// What a run tells about its progress: lines for the log, metrics.jsonl in the folder of
// checkpoints, and TensorBoard's events. All three are continued when the run is resumed: nothing
// is told twice and nothing is missing. Not thread-safe.
class Report {
 public:
  using Say = std::function<void(std::string_view line)>;

  // After an iteration.
  struct Place {
    int64_t iteration = 0, samples = 0;
    double learning_rate = 0;  // of the next iteration
    double loss_scale = 1;
  };

  // `memory` tells the largest number of bytes used so far. `peak_flops` are a second's operations
  // that a step is measured against, with config.log_throughput. `config` must outlive this.
  Report(const TrainConfig& config, Say say, std::function<int64_t()> memory,
         double peak_flops = 0);

  // Opens the files, which keep what belongs to the iterations up to this one. Throws
  // Error{kOutput}.
  void Begin(int64_t iteration, int64_t samples, const IntervalSums& sums);

  // Every iteration, in order.
  void Step(const Place& place, const StepResult& step);

  void Validation(const std::string& what, const Place& place, double loss);

  // A training line times training alone: what took `time` was something else.
  void Exclude(std::chrono::steady_clock::duration time) { interval_start_ += time; }

  // Makes durable what was told. Before a checkpoint is published.
  void Sync();

  const IntervalSums& sums() const { return sums_; }

 private:
  void TellInterval(const Place& place, const StepResult& step);

  const TrainConfig& config_;
  Say say_;
  std::function<int64_t()> memory_;
  double peak_flops_;
  IntervalSums sums_;
  int64_t timed_iterations_ = 0;  // since interval_start_
  std::chrono::steady_clock::time_point interval_start_;
  std::optional<AppendedFile> metrics_;
  std::optional<EventLog> events_;
};

inline constexpr const char* kMetricsFile = "metrics.jsonl";

}  // namespace owt::trainer
