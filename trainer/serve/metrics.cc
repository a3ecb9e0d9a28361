#include "trainer/serve/metrics.h"

#include <fmt/format.h>

#include <string_view>

namespace owt::trainer {
namespace {

std::string HeadOf(std::string_view name, std::string_view type, std::string_view help) {
  return fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

template <class Number>
std::string MetricOf(std::string_view name, std::string_view type, std::string_view help,
                     Number value) {
  return HeadOf(name, type, help) + fmt::format("{} {}\n", name, value);
}

}  // namespace

void Metrics::CountAnswer(int code) {
  const std::lock_guard lock(mutex_);
  ++answers_[code];
}

void Metrics::CountRequest(int64_t prompt_tokens, int64_t new_tokens, double seconds) {
  const std::lock_guard lock(mutex_);
  ++requests_;
  prompt_tokens_ += prompt_tokens;
  new_tokens_ += new_tokens;
  seconds_ += seconds;
  for (size_t i = 0; i < kBounds.size(); ++i) within_[i] += seconds <= kBounds[i] ? 1 : 0;
}

void Metrics::CountGone() {
  const std::lock_guard lock(mutex_);
  ++gone_;
}

std::string Metrics::Text(const Now& now) const {
  const std::lock_guard lock(mutex_);
  std::string text = HeadOf("owt_http_responses_total", "counter", "answers by HTTP status");
  for (const auto& [code, count] : answers_) {
    text += fmt::format("owt_http_responses_total{{code=\"{}\"}} {}\n", code, count);
  }
  text += MetricOf("owt_http_connections", "gauge", "open connections", now.connections);
  text += MetricOf("owt_queued_requests", "gauge", "requests that wait for the model", now.queued);
  text +=
      MetricOf("owt_running_requests", "gauge", "requests that the model works on", now.running);
  text += MetricOf("owt_gone_clients_total", "counter", "clients that did not wait", gone_);
  text += MetricOf("owt_prompt_tokens_total", "counter", "tokens of prompts", prompt_tokens_);
  text += MetricOf("owt_generated_tokens_total", "counter", "tokens written", new_tokens_);
  constexpr std::string_view kSeconds = "owt_request_seconds";
  text += HeadOf(kSeconds, "histogram", "from arrival to answer, of requests to the model");
  for (size_t i = 0; i < kBounds.size(); ++i) {
    text += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", kSeconds, kBounds[i], within_[i]);
  }
  text += fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", kSeconds,
                      requests_, seconds_);
  return text;
}

}  // namespace owt::trainer
