#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trainer/config.h"

namespace owt::trainer {

// A checkpoint's config.json, as Hugging Face's GPT2Config reads it.
std::string MakeConfigJson(const ModelConfig& config);

// The number of heads from a config.json, which shows in no tensor's shape. Throws Error{kInput}
// with `file` where there is none, or where the file describes a model that computes something
// else: another activation, epsilon, attention scale or head.
int64_t ReadHeads(std::string_view json, const std::string& file);

}  // namespace owt::trainer
