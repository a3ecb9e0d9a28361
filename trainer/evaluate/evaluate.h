#pragma once

#include "trainer/api.h"
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

}  // namespace owt::trainer
