#pragma once

#include "trainer/api.h"
#include "trainer/data/blended_dataset.h"
#include "trainer/model/gpt2.h"

namespace owt::trainer {

// Api::evaluate. Memory: the model and one batch; documents are read one by one.
Evaluation Evaluate(const EvaluateConfig& config, const NextDocument& next, const Hooks& hooks);

// The same for a model in memory.
Evaluation EvaluateDocuments(const Gpt2& model, Precision precision, int64_t sequence_length,
                             int64_t batch, const NextDocument& next,
                             const std::function<bool()>& cancelled);

// The mean loss of `count` samples from sample `first` on, `batch` at a time; samples wrap around
// at the end of the dataset. REQUIRES: count and batch > 0.
double SampleLoss(const Gpt2& model, Precision precision, const BlendedDataset& data, int64_t first,
                  int64_t count, int64_t sequence_length, int64_t batch);

}  // namespace owt::trainer
