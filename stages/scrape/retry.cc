// Full jitter: "Exponential Backoff And Jitter", AWS architecture blog, 2015. It spreads the
// returns of many clients over the whole interval and needs no state.
#include "stages/scrape/retry.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace owt::scrape {
namespace {

// splitmix64's finalizer (Steele, Lea, Flood 2014): one draw from one seed.
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

}  // namespace

bool IsTransient(Reason reason, int status) {
  switch (reason) {
    case Reason::kDns:
    case Reason::kConnect:
    case Reason::kConnectTimeout:
    case Reason::kTimeout:
    case Reason::kTooSlow:
    case Reason::kConnectionReset:
    case Reason::kTruncatedBody:
      return true;
    case Reason::kHttpStatus:
      return status == 408 || status == 425 || status == 429 ||
             (status >= 500 && status <= 599 && status != 501 && status != 505);
    default:
      return false;
  }
}

bool IsHostFailure(Reason reason) {
  return reason == Reason::kDns || reason == Reason::kConnect ||
         reason == Reason::kConnectTimeout || reason == Reason::kTls ||
         reason == Reason::kBlockedAddress;
}

std::chrono::milliseconds Backoff(int attempt, std::chrono::milliseconds base,
                                  std::chrono::milliseconds max, uint64_t seed) {
  const int doublings = std::clamp(attempt, 0, 20);
  const int64_t ceiling = std::max<int64_t>(1, std::min(max.count(), base.count() << doublings));
  const uint64_t draw =
      Mix(seed + static_cast<uint64_t>(doublings)) % static_cast<uint64_t>(ceiling);
  return std::chrono::milliseconds(static_cast<int64_t>(draw) + 1);
}

std::optional<std::chrono::milliseconds> ParseRetryAfter(std::string_view value,
                                                         int64_t now_unix_s) {
  constexpr int64_t kMaxSeconds = 1'000'000'000;
  int64_t seconds = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, seconds);
  if (error == std::errc() && stop == end) {
    if (seconds < 0) return std::nullopt;
  } else if (error == std::errc::result_out_of_range) {
    seconds = kMaxSeconds;
  } else {
    const time_t date = curl_getdate(std::string(value).c_str(), nullptr);
    if (date == -1) return std::nullopt;
    seconds = std::max<int64_t>(0, static_cast<int64_t>(date) - now_unix_s);
  }
  return std::chrono::milliseconds(std::min(seconds, kMaxSeconds) * 1000);
}

}  // namespace owt::scrape
