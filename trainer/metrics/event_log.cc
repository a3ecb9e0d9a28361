#include "trainer/metrics/event_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/hash.h"

namespace owt::trainer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEventPrefix = "events.out.tfevents.";

double WallTime() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string RunSuffix(const std::string& save) {
  return fmt::format(".owt-{:08x}",
                     static_cast<uint32_t>(Hash64(fs::absolute(save).lexically_normal().string())));
}

// SECONDS of an event file's name; nothing for other names.
std::optional<int64_t> SecondsOf(std::string_view name) {
  if (!name.starts_with(kEventPrefix)) return std::nullopt;
  name.remove_prefix(kEventPrefix.size());
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), seconds);
  if (error != std::errc{}) return std::nullopt;
  return seconds;
}

}  // namespace

EventLog::EventLog(const std::string& folder, const std::string& save, int64_t iteration,
                   int64_t samples) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw Error(ErrorKind::kOutput, fmt::format("cannot make this folder: {}", error.message()),
                folder, Error::kNoPosition);
  }
  const std::string suffix = save.empty() ? ".owt" : RunSuffix(save);
  auto seconds = static_cast<int64_t>(WallTime());
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const std::optional<int64_t> found = SecondsOf(name);
    if (!found) continue;
    // A clock that was set back must not put this file before those.
    if (*found >= seconds && *found < seconds + (int64_t{1} << 32)) seconds = *found + 1;
    if (!save.empty() && name.ends_with(suffix)) {
      CutFile(it->path().string(),
              [&](std::string_view file) { return KeptEventBytes(file, iteration, samples); });
    }
  }
  file_.emplace(
      (fs::path(folder) / fmt::format("{}{:010d}{}", kEventPrefix, seconds, suffix)).string(),
      [](std::string_view) { return uint64_t{0}; });
  file_->Add(EventFileStart(WallTime()));
  file_->Flush();
}

void EventLog::Add(int64_t iteration, int64_t samples, std::span<const Scalar> scalars) {
  if (scalars.empty()) return;
  const double now = WallTime();
  file_->Add(ScalarEvent(now, iteration, scalars));
  std::vector<std::string> names;
  for (const Scalar& scalar : scalars) {
    names.push_back(std::string(scalar.tag) + std::string(kVersusSamples));
  }
  std::vector<Scalar> versus;
  for (size_t i = 0; i < scalars.size(); ++i) versus.push_back({names[i], scalars[i].value});
  file_->Add(ScalarEvent(now, samples, versus));
}

}  // namespace owt::trainer
