#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "pipeline/options.h"
#include "stages/cleanup/clean_options.h"

namespace owt::cleanup {

// The command line's way to say CleanOptions: a preset, and every field by itself.
class RepairOptions {
 public:
  RepairOptions();

  void Declare(OptionSet& options);

  // Throws Error{kUsage} for repairs that ftfy does not have under --compat ftfy.
  CleanOptions Make() const;

  static constexpr size_t kNumSwitches = 13;

 private:
  std::string preset_ = "ftfy";
  std::string compat_ = "owt";
  std::string unescape_html_ = "auto";
  std::array<std::string, kNumSwitches> switches_;  // "preset", "on" or "off"
  std::string normalization_ = "preset";
  uint64_t max_decode_length_ = CleanOptions().max_decode_length;
};

}  // namespace owt::cleanup
