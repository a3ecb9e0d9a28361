#pragma once

#include <cstdint>

#include "trainer/model/gpt2.h"

namespace owt::trainer {

// GPT-2's initial values as Megatron-LM draws them: normal(0, 0.02) for embeddings and matrices,
// normal(0, 0.02/sqrt(2 layers)) for the two matrices that write to the residual stream, 0 for
// biases, 1 for LayerNorm weights. Drawn on the CPU in the order of the parameters from a generator
// of its own, so the values depend on `seed` and the sizes alone, not on the device.
void InitParameters(const Gpt2& model, uint64_t seed);

}  // namespace owt::trainer
