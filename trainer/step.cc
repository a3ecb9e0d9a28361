#include "trainer/step.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "pipeline/error.h"
#include "trainer/data/batch.h"
#include "trainer/model/autocast.h"
#include "trainer/optim/clip.h"

#ifdef OWT_HAVE_CUDA
#include "trainer/device_step.h"
#endif

namespace owt::trainer {
namespace {

void DropGradients(const Gpt2& model) {
  for (const Parameter& parameter : model.parameters()) {
    at::Tensor value = parameter.value;
    value.mutable_grad() = at::Tensor();
  }
}

}  // namespace

StepResult TrainStep(const TrainConfig& config, const BlendedDataset& data, int64_t first,
                     double learning_rate, const Gpt2& model, AdamW* optimizer) {
  const int64_t num_micro = config.global_batch / config.micro_batch;
  StepResult result;
  at::Tensor loss_sum;  // on the device: reading it would wait for the micro batch
  for (int64_t i = 0; i < num_micro; ++i) {
    const TokenBatch batch = LoadBatch(data, first + i * config.micro_batch, config.micro_batch,
                                       config.sequence_length, model.device());
    at::Tensor loss;
    {
      const Autocast autocast(config.precision, model.device().type());
      loss = model.Loss(batch.inputs_BT, batch.targets_BT).div(static_cast<double>(num_micro));
    }
    loss.backward();
    loss_sum = loss_sum.defined() ? loss_sum.add(loss.detach()) : loss.detach();
  }
  result.loss = loss_sum.item<double>();
  result.grad_norm = GradientNorm(model.parameters());
  result.skipped = !std::isfinite(result.loss) || !std::isfinite(result.grad_norm);
  if (!result.skipped) {
    if (config.clip_grad > 0) {
      ClipGradients(model.parameters(), result.grad_norm, config.clip_grad);
    }
    optimizer->Step(learning_rate);
  }
  DropGradients(model);
  return result;
}

namespace {

// Settings that DeviceStep alone has.
void RefuseForAutograd(const TrainConfig& config, bool cuda) {
  const bool recompute = config.recompute != Recompute::kNone;
  if (!recompute && !(config.deterministic && cuda)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("--{} needs a GPU and a model without dropout, of a width that is a "
                          "multiple of 8 up to 4096 and heads of a multiple of 8 up to 128",
                          recompute ? "recompute" : "deterministic-mode"));
}

}  // namespace

ChosenStep ChooseStep(const TrainConfig& config, const BlendedDataset& data, const Gpt2& model,
                      AdamW* optimizer) {
#ifdef OWT_HAVE_CUDA
  if (DeviceStep::Takes(config, model)) {
    const auto step = std::make_shared<DeviceStep>(config, model, optimizer);
    return {[step, &data](int64_t first, double learning_rate) {
              return step->Run(data, first, learning_rate);
            },
            step->Describe()};
  }
#endif
  RefuseForAutograd(config, model.device().is_cuda());
  return {[&config, &data, &model, optimizer](int64_t first, double learning_rate) {
            return TrainStep(config, data, first, learning_rate, model, optimizer);
          },
          ""};
}

}  // namespace owt::trainer
