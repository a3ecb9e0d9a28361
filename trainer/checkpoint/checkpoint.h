#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "trainer/checkpoint/train_state.h"
#include "trainer/model/gpt2.h"
#include "trainer/optim/adamw.h"

namespace owt::trainer {

// Everything that a checkpoint holds: the parameters, AdamW's state, `state` and the state of the
// CPU's random generator. A run that is resumed from it goes on as if it had not stopped. And the
// tokenizer's files, where there is one (it must outlive this).
class CheckpointContent {
 public:
  // Handles on the tensors, or with `copy` copies in the host's memory, which training does not
  // change (12 bytes a parameter).
  CheckpointContent(const Gpt2& model, const AdamW& optimizer, const TrainState& state,
                    const formats::Gpt2Vocab* tokenizer, bool copy);

  // Writes a checkpoint into the folder `save` (layout in folder.h) and returns its path. Throws
  // Error{kOutput}. Cost: 12 bytes a parameter written and synced.
  std::string Save(const std::string& save) const;

 private:
  struct NamedTensor {
    std::string name;
    at::Tensor value;
  };

  ModelConfig config_;
  TrainState state_;
  const formats::Gpt2Vocab* tokenizer_;  // or null
  std::vector<NamedTensor> parameters_, moments_;
};

// Saves at once.
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
