#pragma once

#include <cstdint>
#include <string>

#include "formats/gpt2_vocab.h"
#include "trainer/model/gpt2.h"
#include "trainer/optim/adamw.h"

namespace owt::trainer {

// Where a run stands, besides the tensors.
struct TrainState {
  int64_t iteration = 0;
  int64_t consumed_samples = 0;   // position in the data
  int64_t scheduled_samples = 0;  // position in the schedule: without skipped iterations
  int64_t total_samples = 0;      // what the data's order was made for

  bool operator==(const TrainState&) const = default;
};

// Writes a checkpoint into the folder `save` (layout in folder.h) and returns its path. Holds the
// parameters, AdamW's state, `state` and the state of the CPU's random generator: a run that is
// resumed from it goes on as if it had not stopped; and the tokenizer's files, where there is one.
// Throws Error{kOutput}. Cost: 12 bytes a parameter written and synced.
std::string SaveCheckpoint(const std::string& save, const Gpt2& model, const AdamW& optimizer,
                           const TrainState& state, const formats::Gpt2Vocab* tokenizer = nullptr);

// The model's sizes, from what ResolveCheckpoint returned (stored_model.h). Throws Error{kInput}.
ModelConfig ReadModelConfig(const std::string& checkpoint);

// Fills the parameters. Throws Error{kInput} naming the first tensor that is missing, or has
// another shape or type: a checkpoint of another model is refused.
void LoadParameters(const std::string& checkpoint, const Gpt2& model);

// Fills AdamW's state and the random generator, and returns the position.
TrainState LoadTrainState(const std::string& checkpoint, const Gpt2& model, AdamW* optimizer);

}  // namespace owt::trainer
