#pragma once

#include <functional>
#include <future>
#include <string>
#include <string_view>

#include "trainer/checkpoint/checkpoint.h"

namespace owt::trainer {

// Writes the checkpoints of a run, with --async-save from a copy while training goes on; at most
// one at a time.
class CheckpointSaver {
 public:
  using Say = std::function<void(std::string_view line)>;

  // `config` and `tokenizer`, which may be null, must outlive this.
  CheckpointSaver(const TrainConfig& config, const formats::Gpt2Vocab* tokenizer, Say say)
      : config_(config), tokenizer_(tokenizer), say_(std::move(say)) {}

  // Waits for the one that is being written; a failure of it is lost with the run.
  ~CheckpointSaver();

  // Saves, then removes old checkpoints. Throws Error{kOutput}, also of the save before this one.
  void Save(const Gpt2& model, const AdamW& optimizer, const TrainState& state);

  // Until nothing is being written; throws what went wrong with it.
  void Wait();

 private:
  const TrainConfig& config_;
  const formats::Gpt2Vocab* tokenizer_;
  Say say_;
  std::future<std::string> saving_;  // what to say about it
};

}  // namespace owt::trainer
