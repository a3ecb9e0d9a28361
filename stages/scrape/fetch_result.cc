#include "stages/scrape/fetch_result.h"

#include <array>
#include <string_view>

namespace owt::scrape {

std::string ReasonName(Reason reason, int status) {
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
  if (reason == Reason::kHttpStatus) return "http_" + std::to_string(status);
  const auto index = static_cast<size_t>(reason);
  return std::string(index < kNames.size() ? kNames[index] : "internal");
}

}  // namespace owt::scrape
