// Sums and roundings are in the order in which Megatron's Python does them, in double and half to
// even, so that the bounds are equal to the last sequence.

#include "formats/gpt_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr size_t kNumParts = 3;

[[noreturn]] void Refuse(std::string_view shares, std::string_view problem) {
  throw Error(ErrorKind::kUsage,
              fmt::format("split '{}' {}; write it like 969,30,1", shares, problem));
}

double ParseShare(std::string_view shares, std::string_view part) {
  while (part.starts_with(' ')) part.remove_prefix(1);
  while (part.ends_with(' ')) part.remove_suffix(1);
  const bool plain = !part.empty() && part.find_first_not_of("0123456789.") == part.npos;
  double share = 0;
  const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), share);
  if (!plain || error != std::errc() || stop != part.data() + part.size()) {
    Refuse(shares, fmt::format("holds '{}', which is not a plain number", part));
  }
  return share;
}

int64_t RoundHalfToEven(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

}  // namespace

std::array<double, 3> SplitShares(std::string_view shares) {
  const char separator = shares.find(',') != shares.npos ? ',' : '/';
  std::array<double, kNumParts> parsed{};
  std::string_view rest = shares;
  for (size_t part = 0;; ++part) {
    if (part == kNumParts) Refuse(shares, "has more than three parts");
    const size_t end = rest.find(separator);
    parsed[part] = ParseShare(shares, rest.substr(0, end));
    if (end == rest.npos) break;
    rest.remove_prefix(end + 1);
  }
  const double sum = parsed[0] + parsed[1] + parsed[2];
  if (!(sum > 0) || !std::isfinite(sum)) Refuse(shares, "has no part above zero");
  for (double& share : parsed) share /= sum;
  return parsed;
}

GptSplit SplitSequences(std::string_view shares, int64_t num_sequences, SplitRounding rounding) {
  const std::array<double, kNumParts> parts = SplitShares(shares);
  const double total = static_cast<double>(num_sequences);
  std::array<int64_t, kNumParts + 1> bounds{};
  double cumulative = 0;
  for (size_t i = 0; i < kNumParts; ++i) {
    cumulative += parts[i];
    bounds[i + 1] = rounding == SplitRounding::kMegatron2025
                        ? RoundHalfToEven(cumulative * total)
                        : bounds[i] + RoundHalfToEven(parts[i] * total);
  }
  if (rounding == SplitRounding::kMegatron2023) {
    const int64_t excess = bounds.back() - num_sequences;
    for (size_t i = 1; i < bounds.size(); ++i) bounds[i] -= excess;
  }
  GptSplit split;
  for (size_t i = 0; i < kNumParts; ++i) {
    // The subtraction can push a bound below its predecessor; such a part is empty.
    const int64_t begin = std::clamp<int64_t>(bounds[i], 0, num_sequences);
    split[i] = {begin, std::clamp<int64_t>(bounds[i + 1], begin, num_sequences)};
  }
  return split;
}

}  // namespace owt::formats
