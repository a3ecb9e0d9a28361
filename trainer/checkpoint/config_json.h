#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trainer/config.h"

namespace owt::trainer {

struct ConfigOptions {
  Precision precision = Precision::kFp32;  // of the tensors beside it
  int64_t end_of_text = 50256;             // GPT-2's
};

// A checkpoint's config.json, as Hugging Face's GPT2Config reads it.
std::string MakeConfigJson(const ModelConfig& config, const ConfigOptions& options = {});

// What shows in no tensor's shape.
struct ConfigFacts {
  int64_t heads = 0;
  bool exact_gelu = false;
};

// Reads a config.json. Throws Error{kInput} with `file` where it has no number of heads, or where
// it describes a model that computes something else: another activation, epsilon, attention scale
// or head.
ConfigFacts ReadConfigJson(std::string_view json, const std::string& file);

}  // namespace owt::trainer
