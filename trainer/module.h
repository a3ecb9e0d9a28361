#pragma once

#include "trainer/api.h"

namespace owt::trainer {

// The trainer is a shared module beside the program (libowt_trainer.so), loaded when a model
// command runs, because LibTorch takes 0.3 s and 200 MiB that no data stage should pay.
inline constexpr const char* kModuleFile = "libowt_trainer.so";

// The module's one symbol; `version` must be OWT_VERSION, else it returns nullptr.
extern "C" const Api* OwtTrainerApi(const char* version);

// Loads the module, from the program's folder or from ../lib/owt. Stays loaded. Throws
// Error{kUsage} saying what is missing when this build has none or it cannot be loaded.
const Api& LoadTrainer();

}  // namespace owt::trainer
