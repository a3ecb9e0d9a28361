#include "trainer/step.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "pipeline/error.h"
#include "trainer/data/batch.h"
#include "trainer/model/autocast.h"
#include "trainer/model/backprop.h"
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

std::vector<TokenBatch> LoadMicroBatches(const TrainConfig& config, const BlendedDataset& data,
                                         int64_t first, const Gpt2& model) {
  std::vector<TokenBatch> batches;
  for (int64_t i = 0; i < config.global_batch; i += config.micro_batch) {
    batches.push_back(LoadBatch(data, first + i, config.micro_batch, config.sequence_length,
                                model.device(), config.documents));
  }
  return batches;
}

// What follows the gradients: applies them, unless they or the loss are not finite or stand out.
StepResult Update(const TrainConfig& config, const StepInput& input, const at::Tensor& loss,
                  const Gpt2& model, AdamW* optimizer) {
  StepResult result;
  result.loss = loss.item<double>() / input.loss_scale;
  if (input.loss_scale != 1) ScaleGradients(model.parameters(), 1 / input.loss_scale);
  result.grad_norm = GradientNorm(model.parameters());
  result.skipped = !std::isfinite(result.loss) || !std::isfinite(result.grad_norm);
  if (result.skipped) return result;
  result.spike = input.is_spike && input.is_spike(result.loss, result.grad_norm);
  result.skipped = result.spike;
  if (result.skipped) return result;
  if (config.clip_grad > 0) ClipGradients(model.parameters(), result.grad_norm, config.clip_grad);
  optimizer->Step(input.learning_rate);
  return result;
}

// The step on a CPU by Backprop, which adds what belongs to the token embedding in place:
// autograd forms the whole of its gradient twice.
class HostStep {
 public:
  static bool Takes(const TrainConfig& config, const Gpt2& model) {
    return model.device().is_cpu() && config.precision != Precision::kFp16 &&
           !config.documents.any() && Backprop::Takes(config.model);
  }

  // Keeps handles on all arguments.
  HostStep(const TrainConfig& config, const BlendedDataset& data, const Gpt2& model,
           AdamW* optimizer)
      : config_(config),
        data_(data),
        model_(model),
        optimizer_(optimizer),
        backprop_(model, config.precision) {}

  StepResult Run(const StepInput& input) {
    const at::NoGradGuard no_grad;
    backprop_.CopyWeights();
    const int64_t num_micro = config_.global_batch / config_.micro_batch;
    at::Tensor loss;
    for (int64_t i = 0; i < num_micro; ++i) {
      const TokenBatch batch =
          LoadBatch(data_, input.first + i * config_.micro_batch, config_.micro_batch,
                    config_.sequence_length, model_.device());
      const at::Tensor part = backprop_.Run(batch.inputs_BT, batch.targets_BT,
                                            1.0 / static_cast<double>(num_micro), i > 0);
      loss = i > 0 ? loss.add(part) : part;
    }
    return Update(config_, input, loss, model_, optimizer_);
  }

 private:
  const TrainConfig& config_;
  const BlendedDataset& data_;
  const Gpt2& model_;
  AdamW* optimizer_;
  Backprop backprop_;
};

}  // namespace

StepResult TrainStep(const TrainConfig& config, const BlendedDataset& data, const StepInput& input,
                     const Gpt2& model, AdamW* optimizer) {
  const std::vector<TokenBatch> batches = LoadMicroBatches(config, data, input.first, model);
  int64_t predicted = 0;
  for (const TokenBatch& batch : batches) predicted += batch.num_predicted;
  at::Tensor loss_sum;  // on the device: reading it would wait for the micro batch
  for (const TokenBatch& batch : batches) {
    if (batch.num_predicted == 0) continue;
    const double share = static_cast<double>(batch.num_predicted) / static_cast<double>(predicted);
    at::Tensor loss;
    {
      const Autocast autocast(config.precision, model.device().type());
      loss =
          model.Loss(batch.inputs_BT, batch.targets_BT, batch.documents, input.loss_scale * share);
    }
    loss.backward();
    loss_sum = loss_sum.defined() ? loss_sum.add(loss.detach()) : loss.detach();
  }
  if (!loss_sum.defined()) return {0, 0, /*skipped=*/true, false};
  const StepResult result = Update(config, input, loss_sum, model, optimizer);
  DropGradients(model);
  return result;
}

namespace {

// Settings that DeviceStep alone has.
void RefuseForAutograd(const TrainConfig& config, bool cuda) {
  const bool recompute = config.recompute != Recompute::kNone;
  if (!recompute && !(config.deterministic && cuda)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("--{} needs a GPU, fp32 or bf16, no document or spike option, and a "
                          "model without dropout, of a width that is a multiple of 8 up to 4096 "
                          "and heads of a multiple of 8 up to 128",
                          recompute ? "recompute" : "deterministic-mode"));
}

}  // namespace

ChosenStep ChooseStep(const TrainConfig& config, const BlendedDataset& data, const Gpt2& model,
                      AdamW* optimizer) {
#ifdef OWT_HAVE_CUDA
  if (DeviceStep::Takes(config, model)) {
    const auto step = std::make_shared<DeviceStep>(config, model, optimizer);
    return {[step, &data](const StepInput& input) {
              return step->Run(data, input.first, input.learning_rate);
            },
            step->Describe()};
  }
#endif
  RefuseForAutograd(config, model.device().is_cuda());
  if (HostStep::Takes(config, model)) {
    const auto step = std::make_shared<HostStep>(config, data, model, optimizer);
    return {[step](const StepInput& input) { return step->Run(input); }, ""};
  }
  return {[&config, &data, &model, optimizer](const StepInput& input) {
            return TrainStep(config, data, input, model, optimizer);
          },
          ""};
}

}  // namespace owt::trainer
