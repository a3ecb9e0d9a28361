// The inner side of module.h: everything that may throw LibTorch's errors is called through here,
// so that outside there is owt::Error alone.
#include <c10/util/Exception.h>

#include <string_view>
#include <utility>

#include "pipeline/error.h"
#include "trainer/evaluate/evaluate.h"
#include "trainer/generate/generate.h"
#include "trainer/module.h"
#include "trainer/train.h"

namespace owt::trainer {
namespace {

template <auto kFunction, class... Arguments>
auto Guarded(Arguments... arguments) {
  try {
    return kFunction(std::forward<Arguments>(arguments)...);
  } catch (const c10::OutOfMemoryError& error) {
    throw Error(ErrorKind::kResource, std::string("out of device memory; try a smaller "
                                                  "--micro-batch-size: ") +
                                          error.what_without_backtrace());
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::kExternal, std::string("LibTorch: ") + error.what_without_backtrace());
  }
}

constexpr Api kApi = {
    Guarded<&Train, const TrainConfig&, const Hooks&>,
    Guarded<&Score, const ScoreConfig&, const MakeRows&, const TakeScore&, const Hooks&>,
    Guarded<&Generate, const GenerateConfig&, std::span<const uint32_t>,
            const std::function<void(uint32_t)>&, const Hooks&>,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const Api* OwtTrainerApi(const char* version) {
  return std::string_view(version) == OWT_VERSION ? &kApi : nullptr;
}

}  // namespace owt::trainer
