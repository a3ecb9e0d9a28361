#pragma once

#include "trainer/api.h"

namespace owt::trainer {

// Api::train: from its origin (origin.h) to config.iterations. With the same configuration, data
// and number of threads the losses and the checkpoints on the CPU are the same to the bit, however
// often the run was stopped and resumed.
//
// Throws Error: kUsage for a bad configuration or another model's checkpoint, kInput for bad data
// or when only damaged checkpoints are found, kOutput when a save fails (the older ones stay),
// kInterrupted after a last save when cancelled, kExternal when kMaxSkipped steps in a row were
// skipped, or after kMaxRollbacks returns to a checkpoint.
void Train(const TrainConfig& config, const Hooks& hooks);

inline constexpr int64_t kMaxSkipped = 20;
inline constexpr int64_t kMaxRollbacks = 10;

}  // namespace owt::trainer
