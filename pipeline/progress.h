#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace owt {

// What a run has done so far, shown on stderr: one line that is redrawn on a terminal, a plain line
// every 30 s otherwise, nothing when quiet. The fields are written by the flow and read by the
// progress thread without locks.
class Progress {
 public:
  Progress(std::string stage, bool quiet);
  ~Progress();

  std::atomic<uint64_t> bytes_read{0};
  std::atomic<uint64_t> bytes_total{0};  // 0: unknown
  std::atomic<uint64_t> bytes_in{0};     // decoded
  std::atomic<uint64_t> records_in{0};
  std::atomic<uint64_t> records_out{0};

  // What is being done, where a run has several passes ("signatures"). Literals only.
  std::atomic<const char*> phase{""};

  // Stops showing and clears the line.
  void Stop();

  // Seconds since the start.
  double seconds() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace owt
