#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "stages/scrape/fetch_result.h"

namespace owt::scrape {

// True for failures that another try may cure: the network, 408, 425, 429 and 5xx (501 and 505
// excepted, which say "never").
bool IsTransient(Reason reason, int status);

// True for failures that speak about the host, not about the page: it cannot be resolved, reached
// or talked to.
bool IsHostFailure(Reason reason);

// Exponential back-off with full jitter: something in [1, base * 2^attempt] (attempt counts from
// 0), at most `max`. Equal seeds give equal delays.
std::chrono::milliseconds Backoff(int attempt, std::chrono::milliseconds base,
                                  std::chrono::milliseconds max, uint64_t seed);

// A Retry-After value (RFC 9110 section 10.2.3): seconds or an HTTP date, which is taken against
// `now_unix_s`. A date that has passed is 0. nullopt for anything else.
std::optional<std::chrono::milliseconds> ParseRetryAfter(std::string_view value,
                                                         int64_t now_unix_s);

}  // namespace owt::scrape
