#include "pipeline/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include "pipeline/error.h"

namespace owt {
namespace {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t substituted = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

template <class T>
T ParseNumber(std::string_view text, std::string_view kind) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw Error(ErrorKind::kUsage, fmt::format("'{}' is not {}", text, kind));
  }
  return value;
}

bool ParseFlag(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw Error(ErrorKind::kUsage, fmt::format("'{}' is not true or false", text));
}

}  // namespace

uint64_t ParseSize(std::string_view text) {
  const size_t digits = text.find_first_not_of("0123456789.");
  const double number = ParseNumber<double>(text.substr(0, digits), "a size such as 256M or 2GB");
  std::string unit;
  if (digits != std::string_view::npos) {
    for (char c : text.substr(digits)) {
      if (c != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  const size_t power = unit.empty() || unit == "b" ? 0 : std::string_view("bkmgt").find(unit[0]);
  const std::string tail = power == 0 || unit.empty() ? "" : unit.substr(1);
  if (power == std::string_view::npos || (tail != "" && tail != "b" && tail != "ib")) {
    throw Error(ErrorKind::kUsage,
                fmt::format("'{}' is not a size such as 256M, 2GB or 1.5GiB", text));
  }
  const double bytes = number * std::pow(tail == "b" ? 1000.0 : 1024.0, static_cast<double>(power));
  if (bytes >= std::ldexp(1.0, 63)) {
    throw Error(ErrorKind::kUsage, fmt::format("'{}' is too large a size", text));
  }
  return static_cast<uint64_t>(bytes);
}

std::string SizeText(uint64_t bytes) {
  constexpr std::string_view kUnits = "KMGT";
  size_t power = 0;
  while (power < kUnits.size() && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++power;
  }
  return power == 0 ? std::to_string(bytes) : fmt::format("{}{}", bytes, kUnits[power - 1]);
}

OptionSet& OptionSet::Group(std::string name) {
  group_ = std::move(name);
  return *this;
}

OptionSpec& OptionSet::Add(std::string name, std::string value_name, std::string help) {
  if (Find(name) != nullptr) {
    throw Error(ErrorKind::kInternal, fmt::format("option --{} is declared twice", name));
  }
  OptionSpec spec;
  spec.name = std::move(name);
  spec.value_name = std::move(value_name);
  spec.help = std::move(help);
  spec.group = group_;
  spec.range = "any";
  specs_.push_back(std::move(spec));
  return specs_.back();
}

OptionSet& OptionSet::Flag(std::string name, bool* value, std::string help) {
  OptionSpec& spec = Add(std::move(name), "", std::move(help));
  spec.range = "true|false";
  spec.set = [value](std::string_view text) { *value = ParseFlag(text); };
  spec.get = [value] { return std::string(*value ? "true" : "false"); };
  spec.fallback = spec.get();
  return *this;
}

OptionSet& OptionSet::Size(std::string name, uint64_t* bytes, std::string help) {
  OptionSpec& spec = Add(std::move(name), "SIZE", std::move(help));
  spec.set = [bytes](std::string_view text) { *bytes = ParseSize(text); };
  spec.get = [bytes] { return SizeText(*bytes); };
  spec.fallback = spec.get();
  return *this;
}

OptionSet& OptionSet::Text(std::string name, std::string* value, std::string value_name,
                           std::string help) {
  OptionSpec& spec = Add(std::move(name), std::move(value_name), std::move(help));
  spec.set = [value](std::string_view text) { *value = text; };
  spec.get = [value] { return *value; };
  spec.fallback = spec.get();
  return *this;
}

OptionSet& OptionSet::Choice(std::string name, std::string* value, std::vector<std::string> choices,
                             std::string help) {
  OptionSpec& spec = Add(std::move(name), "NAME", std::move(help));
  spec.range = fmt::format("{}", fmt::join(choices, "|"));
  spec.set = [value, choices = std::move(choices)](std::string_view text) {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("'{}' is not one of {}", text, fmt::join(choices, ", ")));
    }
    *value = text;
  };
  spec.get = [value] { return *value; };
  spec.fallback = spec.get();
  return *this;
}

OptionSet& OptionSet::List(std::string name, std::vector<std::string>* values,
                           std::string value_name, std::string help) {
  OptionSpec& spec = Add(std::move(name), std::move(value_name), std::move(help));
  spec.repeats = true;
  spec.set = [values](std::string_view text) { values->emplace_back(text); };
  spec.clear = [values] { values->clear(); };
  spec.get = [values] { return fmt::format("{}", fmt::join(*values, ",")); };
  spec.fallback = spec.get();
  return *this;
}

OptionSet& OptionSet::Files(std::string name, std::vector<std::string>* paths, std::string help) {
  List(std::move(name), paths, "FILE", std::move(help));
  specs_.back().files = [paths] { return *paths; };
  return *this;
}

OptionSet& OptionSet::File(std::string name, std::string* path, std::string help) {
  Text(std::move(name), path, "FILE", std::move(help));
  specs_.back().files = [path] {
    return path->empty() ? std::vector<std::string>() : std::vector<std::string>{*path};
  };
  return *this;
}

OptionSet& OptionSet::Real(std::string name, double* value, double min, double max,
                           std::string help) {
  OptionSpec& spec = Add(std::move(name), "X", std::move(help));
  spec.range = fmt::format("{}..{}", min, max);
  spec.set = [value, min, max](std::string_view text) {
    const double parsed = ParseNumber<double>(text, "a number");
    if (!(parsed >= min && parsed <= max)) {
      throw Error(ErrorKind::kUsage, fmt::format("{} is outside {}..{}", text, min, max));
    }
    *value = parsed;
  };
  spec.get = [value] { return fmt::format("{}", *value); };
  spec.fallback = spec.get();
  return *this;
}

OptionSet& OptionSet::IntegerAs(std::string name, std::function<int64_t()> get,
                                std::function<void(int64_t)> set, int64_t min, int64_t max,
                                std::string help) {
  OptionSpec& spec = Add(std::move(name), "N", std::move(help));
  constexpr int64_t kAny = std::numeric_limits<int64_t>::max();
  spec.range = max == kAny ? fmt::format("{}..", min) : fmt::format("{}..{}", min, max);
  spec.set = [set = std::move(set), min, max, range = spec.range](std::string_view text) {
    const int64_t parsed = ParseNumber<int64_t>(text, "a whole number");
    if (parsed < min || parsed > max) {
      throw Error(ErrorKind::kUsage, fmt::format("{} is outside {}", text, range));
    }
    set(parsed);
  };
  spec.get = [get = std::move(get)] { return std::to_string(get()); };
  spec.fallback = spec.get();
  return *this;
}

OptionSet& OptionSet::Short(char letter) {
  specs_.back().short_name = letter;
  return *this;
}

OptionSet& OptionSet::Detail(std::string sentences) {
  specs_.back().detail = std::move(sentences);
  return *this;
}

OptionSet& OptionSet::ManyWords() {
  specs_.back().many_words = true;
  return *this;
}

OptionSet& OptionSet::RunOnly() {
  specs_.back().run_only = true;
  return *this;
}

OptionSet& OptionSet::Reads(std::function<std::vector<std::string>()> files) {
  specs_.back().files = std::move(files);
  return *this;
}

OptionSet& OptionSet::Example(std::string command, std::string meaning) {
  examples_.push_back({std::move(command), std::move(meaning)});
  return *this;
}

void OptionSet::Import(const std::string& prefix, const OptionSet& other) {
  for (OptionSpec spec : other.specs_) {
    spec.name.insert(0, prefix);
    spec.short_name = 0;
    specs_.push_back(std::move(spec));
  }
}

const OptionSpec* OptionSet::Find(std::string_view name) const {
  const auto found = std::find_if(specs_.begin(), specs_.end(),
                                  [name](const OptionSpec& spec) { return spec.name == name; });
  return found == specs_.end() ? nullptr : &*found;
}

std::string OptionSet::Nearest(std::string_view name) const {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs_) names.push_back(spec.name);
  return NearestName(name, names);
}

std::string NearestName(std::string_view name, const std::vector<std::string>& names) {
  std::string best;
  size_t best_distance = std::max<size_t>(1, (name.size() + 1) / 3) + 1;
  for (const std::string& candidate : names) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace owt
