#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/config.h"

namespace owt::trainer {

struct ParameterShape {
  std::string name;  // Hugging Face's, with "transformer."
  std::vector<int64_t> shape;
};

// The parameters of a GPT-2 in the order of Gpt2::parameters(), for what handles them without
// tensors.
std::vector<ParameterShape> ListParameters(const ModelConfig& config);

}  // namespace owt::trainer
