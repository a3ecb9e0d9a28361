#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace owt {

// One `key = value` of a TOML file; arrays become several texts.
struct ConfigValue {
  std::string key;
  std::vector<std::string> values;
  uint32_t line = 0;
};

// A table of a TOML file ([cleanup]) or one element of an array of tables ([[stage]]).
struct ConfigSection {
  std::string name;
  std::vector<ConfigValue> values;
  uint32_t line = 0;
};

// Reads a TOML file into its tables in the order of the file. Throws Error{kUsage} with file and
// line for anything that is not TOML, and for nested tables.
std::vector<ConfigSection> ReadConfig(const std::string& path);

}  // namespace owt
