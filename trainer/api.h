#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/config.h"
#include "trainer/generate/text_model.h"

namespace owt::trainer {

// What the commands ask of the module that holds LibTorch (module.h). No tensor crosses this line.

// How the work talks to its caller.
struct Hooks {
  std::function<void(std::string_view line)> log;  // a line or a block, without its last '\n'
  std::function<bool()> cancelled;                 // polled once an iteration
};

// How a stored model is run.
struct RunConfig {
  std::string checkpoint;  // folder
  Precision precision = Precision::kFp32;
  std::string device = "cpu";
  int threads = 1;
};

struct EvaluateConfig {
  RunConfig run;
  int64_t sequence_length = 0;  // 0: the model's positions
  int64_t batch = 4;            // sequences at a time
};

struct Evaluation {
  double loss_sum = 0;  // of -log p, natural
  int64_t tokens = 0;   // predicted
};

// Stores the next document's ids and returns true, or returns false at the end.
using NextDocument = std::function<bool(std::vector<uint32_t>* ids)>;

// All throw Error. Not reentrant: LibTorch's threads and random state belong to the process.
struct Api {
  // Trains until config.iterations; throws Error{kInterrupted} after a last save when cancelled.
  void (*train)(const TrainConfig& config, const Hooks& hooks);

  // The loss over all documents in a row, each token but the first predicted once, in windows of
  // sequence_length.
  Evaluation (*evaluate)(const EvaluateConfig& config, const NextDocument& next,
                         const Hooks& hooks);

  // The model of a checkpoint, for generation.
  std::unique_ptr<TextModel> (*open_text_model)(const RunConfig& config, const Hooks& hooks);
};

}  // namespace owt::trainer
