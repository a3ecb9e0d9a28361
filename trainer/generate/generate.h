#pragma once

#include "trainer/api.h"

namespace owt::trainer {

// Api::generate. Keys and values of past tokens are kept, so a token costs one pass over the
// parameters; when the model's positions are used up, the second half of them is read in again.
void Generate(const GenerateConfig& config, std::span<const uint32_t> prompt,
              const std::function<void(uint32_t)>& take, const Hooks& hooks);

}  // namespace owt::trainer
