#include "pipeline/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "pipeline/error.h"

namespace owt {
namespace {

uint32_t LineOf(const toml::node& node) { return node.source().begin.line; }

std::string ScalarText(const toml::node& node, const std::string& path) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  throw Error(ErrorKind::kUsage, "a value must be a text, a number, true, false or a list of them",
              path, LineOf(node));
}

ConfigValue ReadValue(std::string_view key, const toml::node& node, const std::string& path) {
  ConfigValue value{std::string(key), {}, LineOf(node)};
  if (const auto* list = node.as_array()) {
    for (const toml::node& element : *list) value.values.push_back(ScalarText(element, path));
  } else {
    value.values.push_back(ScalarText(node, path));
  }
  return value;
}

ConfigSection ReadSection(std::string_view name, const toml::table& table,
                          const std::string& path) {
  ConfigSection section{std::string(name), {}, LineOf(table)};
  for (const auto& [key, node] : table) {
    section.values.push_back(ReadValue(key.str(), node, path));
  }
  return section;
}

}  // namespace

std::vector<ConfigSection> ReadConfig(const std::string& path) {
  toml::table root;
  try {
    root = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::kUsage, fmt::format("not TOML: {}", error.description()), path,
                error.source().begin.line);
  }
  std::vector<ConfigSection> sections;
  for (const auto& [key, node] : root) {
    if (const auto* table = node.as_table()) {
      sections.push_back(ReadSection(key.str(), *table, path));
    } else if (const auto* list = node.as_array(); list != nullptr && list->is_array_of_tables()) {
      for (const toml::node& element : *list) {
        sections.push_back(ReadSection(key.str(), *element.as_table(), path));
      }
    } else {
      throw Error(ErrorKind::kUsage,
                  fmt::format("'{}' stands outside a table; put it under the [command] it is for",
                              key.str()),
                  path, LineOf(node));
    }
  }
  std::stable_sort(sections.begin(), sections.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  return sections;
}

}  // namespace owt
