#pragma once

#include <functional>
#include <string>

#include "trainer/config.h"
#include "trainer/data/blended_dataset.h"
#include "trainer/model/gpt2.h"
#include "trainer/optim/adamw.h"
#include "trainer/step_result.h"

namespace owt::trainer {

// What changes from step to step.
struct StepInput {
  int64_t first = 0;  // sample
  double learning_rate = 0;
  double loss_scale = 1;
  // Whether a step with that loss and norm is to be skipped; may be empty.
  std::function<bool(double loss, double grad_norm)> is_spike;
};

// One optimizer step by autograd on global_batch samples: forward and backward of each micro batch,
// gradients summed in fp32, clipped, applied. The loss is the mean over what the global batch
// predicts, however it is cut into micro batches. A step that predicts nothing is skipped.
StepResult TrainStep(const TrainConfig& config, const BlendedDataset& data, const StepInput& input,
                     const Gpt2& model, AdamW* optimizer);

// The step of a run.
struct ChosenStep {
  std::function<StepResult(const StepInput& input)> run;
  std::string description;  // for the log; empty for TrainStep
};

// DeviceStep on a GPU where it takes the run, the same without kernels of our own on a CPU in fp32
// or bf16, else TrainStep. Call it once the parameters have their values; keeps handles on all
// arguments.
ChosenStep ChooseStep(const TrainConfig& config, const BlendedDataset& data, const Gpt2& model,
                      AdamW* optimizer);

}  // namespace owt::trainer
