// The inner side of module.h: everything that may throw LibTorch's errors is called through here,
// so that outside there is owt::Error alone.
#include <c10/util/Exception.h>

#include <string_view>
#include <utility>

#include "pipeline/error.h"
#include "trainer/evaluate/evaluate.h"
#include "trainer/generate/gpt2_text_model.h"
#include "trainer/module.h"
#include "trainer/train.h"

namespace owt::trainer {
namespace {

template <class Function>
auto WithOwtErrors(const Function& function) {
  try {
    return function();
  } catch (const c10::OutOfMemoryError& error) {
    throw Error(ErrorKind::kResource, std::string("out of device memory; try a smaller "
                                                  "--micro-batch-size: ") +
                                          error.what_without_backtrace());
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::kExternal, std::string("LibTorch: ") + error.what_without_backtrace());
  }
}

template <auto kFunction, class... Arguments>
auto Guarded(Arguments... arguments) {
  return WithOwtErrors([&] { return kFunction(std::forward<Arguments>(arguments)...); });
}

class GuardedTextModel : public TextModel {
 public:
  explicit GuardedTextModel(std::unique_ptr<TextModel> model) : model_(std::move(model)) {}

  int64_t vocab() const override { return model_->vocab(); }

  int64_t positions() const override { return model_->positions(); }

  int64_t rows() const override { return model_->rows(); }

  std::unique_ptr<TextState> Read(std::span<const uint32_t> ids, std::vector<float>* logits,
                                  std::vector<float>* log_probs) override {
    return WithOwtErrors([&] { return model_->Read(ids, logits, log_probs); });
  }

  void Step(std::span<TextState* const> texts, std::span<const uint32_t> ids,
            std::vector<float>* logits) override {
    WithOwtErrors([&] { model_->Step(texts, ids, logits); });
  }

  std::unique_ptr<TextState> Copy(const TextState& text) override {
    return WithOwtErrors([&] { return model_->Copy(text); });
  }

 private:
  std::unique_ptr<TextModel> model_;
};

std::unique_ptr<TextModel> OpenGuardedTextModel(const RunConfig& config, const Hooks& hooks) {
  return std::make_unique<GuardedTextModel>(OpenTextModel(config, hooks));
}

constexpr Api kApi = {
    Guarded<&Train, const TrainConfig&, const Hooks&>,
    Guarded<&Score, const ScoreConfig&, const MakeRows&, const TakeScore&, const Hooks&>,
    Guarded<&OpenGuardedTextModel, const RunConfig&, const Hooks&>,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const Api* OwtTrainerApi(const char* version) {
  return std::string_view(version) == OWT_VERSION ? &kApi : nullptr;
}

}  // namespace owt::trainer
