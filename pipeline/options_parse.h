#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/config.h"
#include "pipeline/options.h"

namespace owt {

// What a command line said besides the options' values.
struct ParsedLine {
  std::vector<std::string> paths;  // positional arguments
  std::vector<std::string> given;  // names of the options that were given
  bool short_help = false;         // -h
  bool long_help = false;          // --help
};

// Parses the words behind the command's name into the declared values. Throws Error{kUsage}.
// Options may stand before, between and behind paths; "--" ends them. Where --input is declared and
// given, no word is a path: a list then takes all words up to the next option.
ParsedLine ParseArguments(std::span<const std::string> words, OptionSet& options);

// Sets the values of a config section, except those already `given` on the command line. Throws
// Error{kUsage} with file, line and the nearest name for an unknown key or a bad value. Keys in
// `known_elsewhere` are passed over.
void ApplyConfig(const ConfigSection& section, const std::string& path,
                 const std::vector<std::string>& given,
                 const std::vector<std::string>& known_elsewhere, OptionSet& options);

}  // namespace owt
