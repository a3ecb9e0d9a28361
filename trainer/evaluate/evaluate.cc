// All documents form one stream of tokens. A window of T+1 tokens gives T predictions; the next
// window starts at the last token of this one, so each token but the very first is predicted once.
#include "trainer/evaluate/evaluate.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "pipeline/error.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/data/batch.h"
#include "trainer/device.h"
#include "trainer/model/autocast.h"

namespace owt::trainer {
namespace {

double MeanLoss(const Gpt2& model, Precision precision, const TokenBatch& batch) {
  const Autocast autocast(precision, model.device().type());
  return model.Loss(batch.inputs_BT, batch.targets_BT).item<double>();
}

void CheckIds(const std::vector<uint32_t>& ids, int64_t vocab) {
  for (const uint32_t id : ids) {
    if (id >= vocab) {
      throw Error(ErrorKind::kInput,
                  fmt::format("token {} is outside the model's vocabulary of {}", id, vocab));
    }
  }
}

}  // namespace

Evaluation EvaluateDocuments(const Gpt2& model, Precision precision, int64_t sequence_length,
                             int64_t batch, const NextDocument& next,
                             const std::function<bool()>& cancelled) {
  const at::NoGradGuard no_grad;
  Evaluation result;
  std::vector<int64_t> stream, windows;  // stream: tokens not yet used as input
  const auto length = static_cast<size_t>(sequence_length);
  const auto run = [&](std::span<const int64_t> tokens, int64_t rows) {
    const auto predicted = static_cast<int64_t>(tokens.size()) - rows;
    result.loss_sum += MeanLoss(model, precision, MakeBatch(tokens, rows, model.device())) *
                       static_cast<double>(predicted);
    result.tokens += predicted;
  };
  std::vector<uint32_t> ids;
  while (next(&ids)) {
    if (cancelled()) throw Error(ErrorKind::kInterrupted, "interrupted");
    CheckIds(ids, model.config().vocab);
    stream.insert(stream.end(), ids.begin(), ids.end());
    size_t used = 0;
    for (; stream.size() - used > length; used += length) {
      const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(used);
      windows.insert(windows.end(), begin, begin + sequence_length + 1);
      if (windows.size() == static_cast<size_t>(batch) * (length + 1)) {
        run(windows, batch);
        windows.clear();
      }
    }
    stream.erase(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(used));
  }
  if (!windows.empty()) run(windows, static_cast<int64_t>(windows.size() / (length + 1)));
  if (stream.size() > 1) run(stream, 1);
  return result;
}

Evaluation Evaluate(const EvaluateConfig& config, const NextDocument& next, const Hooks& hooks) {
  SetThreads(config.run.threads);
  const at::Device device = OpenDevice(config.run.device);
  const std::string checkpoint = ResolveCheckpoint(config.run.checkpoint);
  const Gpt2 model(ReadModelConfig(checkpoint), device);
  LoadParameters(checkpoint, model);
  const int64_t length =
      config.sequence_length == 0 ? model.config().positions : config.sequence_length;
  if (length > model.config().positions) {
    throw Error(ErrorKind::kUsage, fmt::format("--seq-length {}: the model has {} positions",
                                               length, model.config().positions));
  }
  hooks.log(
      fmt::format("evaluating {} ({} parameters)", checkpoint, CountParameters(model.config())));
  return EvaluateDocuments(model, config.run.precision, length, config.batch, next,
                           hooks.cancelled);
}

}  // namespace owt::trainer
