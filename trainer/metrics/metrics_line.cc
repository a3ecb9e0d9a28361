#include "trainer/metrics/metrics_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace owt::trainer {
namespace {

constexpr std::string_view kIterationKey = "{\"iteration\":";

// The shortest text that reads back as the same number.
std::string JsonNumber(std::optional<double> value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "null";
}

std::string LineStart(int64_t iteration, std::string_view kind, int64_t samples, int64_t tokens) {
  return fmt::format("{}{},\"kind\":\"{}\",\"samples\":{},\"tokens\":{}", kIterationKey, iteration,
                     kind, samples, tokens);
}

}  // namespace

std::string MetricsLine(const TrainMetrics& metrics) {
  const std::string throughput =
      metrics.flops_per_second ? fmt::format("\"flops_per_second\":{:.4g},\"mfu\":{:.4f},",
                                             *metrics.flops_per_second, metrics.mfu.value_or(0))
                               : "";
  return LineStart(metrics.iteration, "train", metrics.samples, metrics.tokens) +
         fmt::format(
             ",\"loss\":{},\"lr\":{},\"grad_norm\":{},\"loss_scale\":{},\"skipped\":{},"
             "\"nan\":{},\"seconds_per_iteration\":{:.6f},\"tokens_per_second\":{:.1f},"
             "{}\"memory_bytes\":{}}}\n",
             JsonNumber(metrics.loss), JsonNumber(metrics.learning_rate),
             JsonNumber(metrics.grad_norm), JsonNumber(metrics.loss_scale), metrics.skipped,
             metrics.nan, metrics.seconds_per_iteration, metrics.tokens_per_second, throughput,
             metrics.memory_bytes);
}

std::string ValidationMetricsLine(int64_t iteration, int64_t samples, int64_t tokens, double loss) {
  return LineStart(iteration, "validation", samples, tokens) +
         fmt::format(",\"loss\":{},\"ppl\":{}}}\n", JsonNumber(loss),
                     JsonNumber(std::exp(std::min(20.0, loss))));
}

uint64_t KeptMetricsBytes(std::string_view file, int64_t iteration) {
  uint64_t kept = 0;
  while (kept < file.size()) {
    std::string_view line = file.substr(kept);
    const size_t end = line.find('\n');
    if (end == std::string_view::npos) break;
    line = line.substr(0, end);
    if (line.starts_with(kIterationKey)) {
      int64_t found = 0;
      const char* const digits = line.data() + kIterationKey.size();
      std::from_chars(digits, line.data() + line.size(), found);
      if (found > iteration) break;
    }
    kept += end + 1;
  }
  return kept;
}

}  // namespace owt::trainer
