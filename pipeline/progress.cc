#include "pipeline/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "pipeline/log.h"

namespace owt {
namespace {

using Clock = std::chrono::steady_clock;

std::string TimeText(double seconds) {
  const auto whole = static_cast<uint64_t>(seconds);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  return fmt::format("{}m{:02}s", whole / 60, whole % 60);
}

std::string LineOf(const std::string& stage, const Progress& progress) {
  const double seconds = std::max(progress.seconds(), 1e-3);
  const auto read = static_cast<double>(progress.bytes_read.load());
  const auto total = static_cast<double>(progress.bytes_total.load());
  const auto in = static_cast<double>(progress.records_in.load());
  std::string line = fmt::format("owt {}: ", stage);
  if (*progress.phase.load() != 0) line += fmt::format("{}: ", progress.phase.load());
  if (total > 0) line += fmt::format("{:.1f}%  ", std::min(100.0, 100 * read / total));
  line += fmt::format("{:.1f} MB/s  {:.0f} docs/s",
                      static_cast<double>(progress.bytes_in.load()) / 1e6 / seconds, in / seconds);
  if (in > 0) {
    line +=
        fmt::format("  kept {:.1f}%", 100 * static_cast<double>(progress.records_out.load()) / in);
  }
  if (total > 0 && read > 0 && read < total) {
    line += fmt::format("  ETA {}", TimeText(seconds * (total - read) / read));
  }
  return line;
}

}  // namespace

struct Progress::State {
  std::string stage;
  Clock::time_point start = Clock::now();
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::thread thread;
};

Progress::Progress(std::string stage, bool quiet) : state_(std::make_unique<State>()) {
  state_->stage = std::move(stage);
  if (quiet) return;
  state_->thread = std::thread([this] {
    const bool terminal = isatty(STDERR_FILENO) != 0;
    const auto interval = terminal ? std::chrono::milliseconds(500) : std::chrono::seconds(30);
    std::unique_lock lock(state_->mutex);
    while (!state_->wake.wait_for(lock, interval, [this] { return state_->stopping; })) {
      const std::string line = LineOf(state_->stage, *this);
      WriteError(terminal ? "\r\x1b[K" + line : line + "\n");
    }
    if (terminal) WriteError("\r\x1b[K");
  });
}

Progress::~Progress() { Stop(); }

void Progress::Stop() {
  if (!state_->thread.joinable()) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  state_->thread.join();
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - state_->start).count();
}

}  // namespace owt
