#pragma once

#include <functional>
#include <string>

#include "trainer/config.h"
#include "trainer/data/blended_dataset.h"
#include "trainer/model/gpt2.h"
#include "trainer/optim/adamw.h"

namespace owt::trainer {

struct StepResult {
  double loss = 0;       // mean over the global batch
  double grad_norm = 0;  // before clipping
  bool skipped = false;  // loss or gradients were not finite: nothing was changed
};

// One optimizer step by autograd on global_batch samples from sample `first` on: forward and
// backward of each micro batch, gradients summed in fp32, clipped, applied.
StepResult TrainStep(const TrainConfig& config, const BlendedDataset& data, int64_t first,
                     double learning_rate, const Gpt2& model, AdamW* optimizer);

// The step of a run: `run` takes the first sample and the learning rate.
struct ChosenStep {
  std::function<StepResult(int64_t first, double learning_rate)> run;
  std::string description;  // for the log; empty for TrainStep
};

// DeviceStep on a GPU where it takes the model, else TrainStep. Call it once the parameters have
// their values; keeps handles on all arguments.
ChosenStep ChooseStep(const TrainConfig& config, const BlendedDataset& data, const Gpt2& model,
                      AdamW* optimizer);

}  // namespace owt::trainer
