#include "trainer/generate/generate.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>

#include "pipeline/error.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/device.h"
#include "trainer/model/autocast.h"
#include "trainer/model/gpt2.h"

namespace owt::trainer {
namespace {

// Logits after the last of `ids`, on the CPU.
std::vector<float> NextLogits(const Gpt2& model, std::span<const int64_t> ids, KvCache* cache) {
  const at::Tensor host = at::empty({1, static_cast<int64_t>(ids.size())}, at::kLong);
  std::copy(ids.begin(), ids.end(), host.mutable_data_ptr<int64_t>());
  const at::Tensor hidden = model.Hidden(host.to(model.device()), cache);
  const at::Tensor logits =
      model.Logits(hidden.narrow(1, hidden.size(1) - 1, 1)).to(at::kCPU, at::kFloat).contiguous();
  const float* begin = logits.const_data_ptr<float>();
  return {begin, begin + logits.numel()};
}

}  // namespace

void Generate(const GenerateConfig& config, std::span<const uint32_t> prompt,
              const std::function<void(uint32_t)>& take, const Hooks& hooks) {
  SetThreads(config.run.threads);
  const at::Device device = OpenDevice(config.run.device);
  const std::string checkpoint = ResolveCheckpoint(config.run.checkpoint);
  const Gpt2 model(ReadModelConfig(checkpoint), device);
  LoadParameters(checkpoint, model);
  const at::NoGradGuard no_grad;
  const Autocast autocast(config.run.precision, device.type());

  std::vector<int64_t> text(prompt.begin(), prompt.end());
  if (text.empty()) text.push_back(config.end_token);
  const int64_t vocab = std::min<int64_t>(config.vocab, model.config().vocab);
  const auto outside =
      std::find_if(text.begin(), text.end(), [vocab](int64_t id) { return id >= vocab; });
  if (outside != text.end()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the prompt has id {}, but the model {} ids", *outside, vocab));
  }
  const auto positions = static_cast<size_t>(model.config().positions);
  std::mt19937_64 random(config.seed);
  KvCache cache;
  size_t cached = 0;  // tokens of `text` that the cache holds, or that were given up
  for (int64_t i = 0; i < config.tokens && !hooks.cancelled(); ++i) {
    if (static_cast<size_t>(cache.length()) + text.size() - cached > positions) {
      cache = KvCache{};
      cached = text.size() - std::max<size_t>(1, positions / 2);
    }
    std::vector<float> logits = NextLogits(model, std::span(text).subspan(cached), &cache);
    cached = text.size();
    logits.resize(static_cast<size_t>(vocab));
    const uint32_t token = SampleToken(logits, config.sampling, random);
    if (token == config.end_token) break;
    text.push_back(token);
    take(token);
  }
}

}  // namespace owt::trainer
