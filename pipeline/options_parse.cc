#include "pipeline/options_parse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "pipeline/error.h"

namespace owt {
namespace {

constexpr int kManyWords = 1 << 20;

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void SetValues(const OptionSpec& spec, const std::vector<std::string>& values) {
  if (spec.clear) spec.clear();
  if (!spec.repeats && values.size() != 1) {
    throw Error(ErrorKind::kUsage, fmt::format("--{} takes one value", spec.name));
  }
  for (const std::string& value : values) {
    try {
      spec.set(value);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("--{}: {}", spec.name, error.message()));
    }
  }
}

// The words of one declared option as CLI11 collected them.
struct Collected {
  const OptionSpec* spec;
  std::vector<std::string> values;
  CLI::Option* option;
};

std::string UnknownOption(const std::string& message, std::span<const std::string> words,
                          const OptionSet& options) {
  for (const std::string& word : words) {
    if (!word.starts_with("--") || word.size() < 3) continue;
    const std::string name = word.substr(2, word.find('=') - 2);
    if (options.Find(name) != nullptr) continue;
    const std::string nearest = options.Nearest(name);
    return nearest.empty()
               ? fmt::format("there is no option --{}; --help lists them", name)
               : fmt::format("there is no option --{}; did you mean --{}?", name, nearest);
  }
  return message;
}

// Whether --input names the inputs, so that no word stands for a path.
bool NamesInputs(std::span<const std::string> words, const OptionSet& options) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return options.Find("input") != nullptr && std::any_of(words.begin(), end, [](const auto& word) {
           return word == "--input" || word.starts_with("--input=");
         });
}

}  // namespace

ParsedLine ParseArguments(std::span<const std::string> words, OptionSet& options) {
  CLI::App app;
  app.set_help_flag();
  ParsedLine line;
  const bool lists_take_words = NamesInputs(words, options);
  app.add_flag("-h", line.short_help);
  app.add_flag("--help", line.long_help);
  app.add_option("paths", line.paths);
  std::deque<Collected> collected;  // stable addresses
  for (const OptionSpec& spec : options.specs()) {
    Collected& entry = collected.emplace_back(Collected{&spec, {}, nullptr});
    std::string names = "--" + spec.name;
    if (spec.short_name != 0) names += fmt::format(",-{}", spec.short_name);
    if (spec.value_name.empty()) {
      entry.option =
          app.add_flag(names, entry.values)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    } else {
      entry.option = app.add_option(names, entry.values)->allow_extra_args(spec.many_words);
      if (!spec.many_words) entry.option->expected(1);
      entry.option->multi_option_policy(spec.repeats ? CLI::MultiOptionPolicy::TakeAll
                                                     : CLI::MultiOptionPolicy::TakeLast);
      if (spec.repeats && lists_take_words) entry.option->expected(1, kManyWords);
    }
  }
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::kUsage, UnknownOption(error.what(), words, options));
  }
  if (lists_take_words && !line.paths.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("'{}': --input names the inputs; name the output with --output",
                            line.paths[0]));
  }
  for (const Collected& entry : collected) {
    if (entry.option->count() == 0) continue;
    line.given.push_back(entry.spec->name);
    SetValues(*entry.spec, entry.values);
  }
  return line;
}

void ApplyConfig(const ConfigSection& section, const std::string& path,
                 const std::vector<std::string>& given,
                 const std::vector<std::string>& known_elsewhere, OptionSet& options) {
  for (const ConfigValue& value : section.values) {
    if (Contains(given, value.key) || Contains(known_elsewhere, value.key)) continue;
    const OptionSpec* spec = options.Find(value.key);
    if (spec == nullptr) {
      const std::string nearest = options.Nearest(value.key);
      throw Error(ErrorKind::kUsage,
                  fmt::format("[{}] has no key '{}'{}", section.name, value.key,
                              nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)),
                  path, value.line);
    }
    try {
      SetValues(*spec, value.values);
    } catch (const Error& error) {
      throw Error(ErrorKind::kUsage, error.message(), path, value.line);
    }
  }
}

}  // namespace owt
