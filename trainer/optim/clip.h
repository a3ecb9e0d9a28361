#pragma once

#include <vector>

#include "trainer/model/gpt2.h"

namespace owt::trainer {

// The L2 norm of all gradients together. REQUIRES: every parameter has one.
double GradientNorm(const std::vector<Parameter>& parameters);

// Multiplies all gradients.
void ScaleGradients(const std::vector<Parameter>& parameters, double factor);

// Scales all gradients by max_norm / (norm + 1e-6) where that is below 1 (Megatron-LM's rule).
void ClipGradients(const std::vector<Parameter>& parameters, double norm, double max_norm);

}  // namespace owt::trainer
