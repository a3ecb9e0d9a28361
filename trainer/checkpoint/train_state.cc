#include "trainer/checkpoint/train_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "pipeline/error.h"

namespace owt::trainer {
namespace {

using formats::TensorMetadata;

template <class T>
std::optional<T> NumberIn(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class MetadataReader {
 public:
  MetadataReader(const TensorMetadata& metadata, const std::string& file)
      : metadata_(metadata), file_(file) {}

  int64_t Count(const std::string& key) const {
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) Fail(key);
    return CountIn(key, found->second);
  }

  int64_t CountOr(const std::string& key, int64_t fallback) const {
    const auto found = metadata_.find(key);
    return found == metadata_.end() ? fallback : CountIn(key, found->second);
  }

  double RealOr(const std::string& key, double fallback) const {
    const std::vector<double> values = Reals(key);
    if (values.empty()) return fallback;
    if (values.size() > 1) Fail(key);
    return values[0];
  }

  // Numbers with a space between them.
  std::vector<double> Reals(const std::string& key) const {
    std::vector<double> values;
    const auto found = metadata_.find(key);
    if (found == metadata_.end()) return values;
    std::string_view rest = found->second;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(' '), rest.size());
      const auto value = NumberIn<double>(rest.substr(0, end));
      if (!value || !std::isfinite(*value) || values.size() >= kSpikeWindow) Fail(key);
      values.push_back(*value);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return values;
  }

 private:
  int64_t CountIn(const std::string& key, const std::string& text) const {
    const auto value = NumberIn<int64_t>(text);
    if (!value || *value < 0) Fail(key);
    return *value;
  }

  [[noreturn]] void Fail(const std::string& key) const {
    throw Error(ErrorKind::kInput, fmt::format("the metadata has no number '{}'", key), file_);
  }

  const TensorMetadata& metadata_;
  const std::string& file_;
};

}  // namespace

TensorMetadata StateToMetadata(const TrainState& state) {
  TensorMetadata metadata = {{"iteration", std::to_string(state.iteration)},
                             {"consumed_samples", std::to_string(state.consumed_samples)},
                             {"scheduled_samples", std::to_string(state.scheduled_samples)},
                             {"total_samples", std::to_string(state.total_samples)},
                             {"updates", std::to_string(state.updates)},
                             {"skipped_in_a_row", std::to_string(state.skipped_in_a_row)},
                             {"rollbacks", std::to_string(state.rollbacks)},
                             {"rollback_to", std::to_string(state.rollback_to)},
                             {"loss_scale", fmt::format("{}", state.loss_scale.scale)},
                             {"loss_scale_clean", std::to_string(state.loss_scale.clean)},
                             {"loss_scale_hysteresis", std::to_string(state.loss_scale.hysteresis)},
                             {"interval_iterations", std::to_string(state.interval.iterations)},
                             {"interval_skipped", std::to_string(state.interval.skipped)},
                             {"interval_nan", std::to_string(state.interval.nan)},
                             {"interval_loss_sum", fmt::format("{}", state.interval.loss_sum)}};
  if (!state.spikes.losses.empty()) {
    metadata["recent_losses"] = fmt::format("{}", fmt::join(state.spikes.losses, " "));
    metadata["recent_grad_norms"] = fmt::format("{}", fmt::join(state.spikes.grad_norms, " "));
  }
  return metadata;
}

TrainState StateFromMetadata(const TensorMetadata& metadata, const std::string& file) {
  const MetadataReader reader(metadata, file);
  TrainState state;
  state.iteration = reader.Count("iteration");
  state.consumed_samples = reader.Count("consumed_samples");
  state.scheduled_samples = reader.Count("scheduled_samples");
  state.total_samples = reader.Count("total_samples");
  state.updates = reader.Count("updates");
  state.skipped_in_a_row = reader.CountOr("skipped_in_a_row", 0);
  state.rollbacks = reader.CountOr("rollbacks", 0);
  state.rollback_to = reader.CountOr("rollback_to", 0);
  state.loss_scale.scale = reader.RealOr("loss_scale", 0);
  state.loss_scale.clean = reader.CountOr("loss_scale_clean", 0);
  state.loss_scale.hysteresis = reader.CountOr("loss_scale_hysteresis", 0);
  state.interval.iterations = reader.CountOr("interval_iterations", 0);
  state.interval.skipped = reader.CountOr("interval_skipped", 0);
  state.interval.nan = reader.CountOr("interval_nan", 0);
  state.interval.loss_sum = reader.RealOr("interval_loss_sum", 0);
  state.spikes.losses = reader.Reals("recent_losses");
  state.spikes.grad_norms = reader.Reals("recent_grad_norms");
  return state;
}

}  // namespace owt::trainer
