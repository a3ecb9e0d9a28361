#pragma once

#include "trainer/api.h"
#include "trainer/data/blended_dataset.h"
#include "trainer/model/gpt2.h"

namespace owt::trainer {

// Api::score.
void Score(const ScoreConfig& config, const MakeRows& make_rows, const TakeScore& take,
           const Hooks& hooks);

// The same for a model in memory, `rows` (> 0) at a time. On a CPU each is computed by one thread,
// so that neither their number nor that of the cores changes a bit; a GPU takes one after the
// other. Memory beside the model: activations and 64 rows of logits for each row at a time.
void ScoreRows(const Gpt2& model, Precision precision, int rows, const NextRow& next,
               const TakeScore& take, const std::function<bool()>& cancelled);

// The mean loss of `count` samples from sample `first` on, `batch` at a time; samples wrap around
// at the end of the dataset. REQUIRES: count and batch > 0.
double SampleLoss(const Gpt2& model, Precision precision, const BlendedDataset& data, int64_t first,
                  int64_t count, int64_t sequence_length, int64_t batch);

}  // namespace owt::trainer
