#pragma once

#include "trainer/api.h"
#include "trainer/model/gpt2.h"

namespace owt::trainer {

// Api::evaluate. Memory: the model and one batch; documents are read one by one.
Evaluation Evaluate(const EvaluateConfig& config, const NextDocument& next, const Hooks& hooks);

// The same for a model in memory.
Evaluation EvaluateDocuments(const Gpt2& model, Precision precision, int64_t sequence_length,
                             int64_t batch, const NextDocument& next,
                             const std::function<bool()>& cancelled);

}  // namespace owt::trainer
