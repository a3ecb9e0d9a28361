#include "stages/dedup/keep_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include "pipeline/error.h"

namespace owt::dedup {
namespace {

// Numbers as integers of the same order, above 0.
uint64_t InOrder(double number) {
  const auto bits = std::bit_cast<uint64_t>(number + 0.0);  // -0 is 0
  return (bits >> 63) != 0 ? ~bits : bits | uint64_t{1} << 63;
}

std::optional<double> NumberOf(const Document& document, const std::string& field) {
  const std::optional<std::string_view> json = document.Json(field);
  if (!json.has_value()) return std::nullopt;
  double number = 0;
  const char* const end = json->data() + json->size();
  const auto [stop, error] = std::from_chars(json->data(), end, number);
  if (stop != end || error != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace

KeepRule::KeepRule(std::string_view rule) {
  const size_t colon = std::min(rule.find(':'), rule.size());
  const std::string_view name = rule.substr(0, colon);
  const std::string_view rest = rule.substr(std::min(colon + 1, rule.size()));
  const auto takes = [&](std::string_view wanted, Kind kind) {
    if (name == wanted) kind_ = kind;
    return name == wanted;
  };
  const bool stands_alone = takes("first", Kind::kFirst) || takes("longest", Kind::kLongest) ||
                            takes("shortest", Kind::kShortest);
  const bool has_rest =
      takes("max", Kind::kMost) || takes("min", Kind::kLeast) || takes("priority", Kind::kPriority);
  if (has_rest == rest.empty() || has_rest == stands_alone) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--keep takes first, longest, shortest, max:FIELD, min:FIELD or "
                            "priority:FILE,FILE,..., not '{}'",
                            rule));
  }
  field_ = rest;
  for (size_t begin = 0; begin <= rest.size();) {
    const size_t end = std::min(rest.find(',', begin), rest.size());
    if (end > begin) sources_.emplace_back(rest.substr(begin, end - begin));
    begin = end + 1;
  }
}

uint64_t KeepRule::RankOf(const Document& document, std::string_view path) const {
  switch (kind_) {
    case Kind::kFirst:
      break;
    case Kind::kLongest:
      return document.text().size();
    case Kind::kShortest:
      return ~uint64_t{document.text().size()};
    case Kind::kMost:
    case Kind::kLeast: {
      const std::optional<double> number = NumberOf(document, field_);
      if (!number.has_value()) return 0;
      return InOrder(kind_ == Kind::kMost ? *number : -*number);
    }
    case Kind::kPriority:
      for (size_t i = 0; i < sources_.size(); ++i) {
        if (path.find(sources_[i]) != std::string_view::npos) return sources_.size() - i;
      }
  }
  return 0;
}

}  // namespace owt::dedup
