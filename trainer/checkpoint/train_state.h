#pragma once

#include <cstdint>
#include <string>

#include "formats/safetensors.h"
#include "trainer/metrics/report.h"
#include "trainer/optim/loss_scale.h"
#include "trainer/optim/spike_guard.h"

namespace owt::trainer {

// Where a run stands, besides the tensors.
struct TrainState {
  int64_t iteration = 0;
  int64_t consumed_samples = 0;   // position in the data
  int64_t scheduled_samples = 0;  // position in the schedule: without skipped iterations
  int64_t total_samples = 0;      // what the data's order was made for
  int64_t updates = 0;            // of AdamW
  int64_t skipped_in_a_row = 0;   // the last steps, but for what a smaller loss scale may cure
  int64_t rollbacks = 0;          // returns to a checkpoint so far
  int64_t rollback_to = 0;        // iteration of the checkpoint for the next return
  LossScale::State loss_scale;
  IntervalSums interval;
  SpikeGuard::State spikes;

  bool operator==(const TrainState&) const = default;
};

// A state as the metadata of a checkpoint's optimizer.safetensors.
formats::TensorMetadata StateToMetadata(const TrainState& state);

// The inverse, to the bit. What earlier versions did not write keeps its default. Throws
// Error{kInput} with `file` for a number that is missing or malformed.
TrainState StateFromMetadata(const formats::TensorMetadata& metadata, const std::string& file);

}  // namespace owt::trainer
