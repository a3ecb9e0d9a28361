#pragma once

#include "trainer/config.h"
#include "trainer/data/blended_dataset.h"
#include "trainer/model/gpt2.h"

namespace owt::trainer {

// The mean loss over what the `count` samples from sample `first` on predict, micro_batch at a
// time; samples wrap around at the end of the dataset. NaN where they predict nothing. REQUIRES:
// count > 0.
double ValidationLoss(const TrainConfig& config, const Gpt2& model, const BlendedDataset& data,
                      int64_t first, int64_t count);

}  // namespace owt::trainer
