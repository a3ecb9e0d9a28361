#include "stages/scrape/fetch_result.h"

#include <fmt/format.h>

#include <array>

namespace owt::scrape {
namespace {

std::array<std::string, 1000> MakeStatusNames() {
  std::array<std::string, 1000> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = fmt::format("http_{:03}", i);
  return names;
}

}  // namespace

std::string_view ReasonName(Reason reason, int status) {
  static constexpr std::array<std::string_view, kNumReasons> kNames = {"none",
                                                                       "invalid_url",
                                                                       "dns",
                                                                       "connect",
                                                                       "connect_timeout",
                                                                       "timeout",
                                                                       "too_slow",
                                                                       "connection_reset",
                                                                       "truncated_body",
                                                                       "tls",
                                                                       "bad_response",
                                                                       "bad_encoding",
                                                                       "too_large",
                                                                       "decompression_bomb",
                                                                       "headers_too_large",
                                                                       "content_type",
                                                                       "http_status",
                                                                       "too_many_redirects",
                                                                       "bad_redirect",
                                                                       "blocked_address",
                                                                       "blocked_port",
                                                                       "robots",
                                                                       "robots_unreachable",
                                                                       "crawl_delay_too_long",
                                                                       "host_unreachable",
                                                                       "empty_text",
                                                                       "bad_text",
                                                                       "internal"};
  if (reason == Reason::kHttpStatus) {
    static const std::array<std::string, 1000> kStatusNames = MakeStatusNames();
    return kStatusNames[status >= 0 && status < 1000 ? static_cast<size_t>(status) : 0];
  }
  const auto index = static_cast<size_t>(reason);
  return index < kNames.size() ? kNames[index] : "internal";
}

}  // namespace owt::scrape
