#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace owt::trainer {

// What a server counts, for Prometheus (text format 0.0.4). Thread-safe.
class Metrics {
 public:
  void CountAnswer(int code);
  // A request that reached the model: its tokens, and seconds from arrival to answer.
  void CountRequest(int64_t prompt_tokens, int64_t new_tokens, double seconds);
  // A client that closed its connection before it had its answer.
  void CountGone();

  // What is so at the moment.
  struct Now {
    size_t connections = 0, queued = 0, running = 0;
  };

  std::string Text(const Now& now) const;

 private:
  static constexpr std::array<double, 9> kBounds = {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100};

  mutable std::mutex mutex_;  // of all below
  std::map<int, uint64_t> answers_;
  std::array<uint64_t, kBounds.size()> within_ = {};
  uint64_t requests_ = 0, gone_ = 0;
  int64_t prompt_tokens_ = 0, new_tokens_ = 0;
  double seconds_ = 0;
};

}  // namespace owt::trainer
