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

struct ScoreConfig {
  RunConfig run;
  int64_t rows = 0;  // scored at a time; 0: as many as threads. Changes no result
};

// Ids of which the last `num_scored` are predicted, each from all before it.
struct ScoreRow {
  std::vector<uint32_t> ids;
  uint32_t num_scored = 0;  // from 1 to ids.size() - 1
};

struct RowScore {
  double log_probability = 0;  // natural, summed over what was scored
  uint32_t num_scored = 0;
  uint32_t num_right = 0;  // of these: had the largest logit; of equal ones, the lowest id has it
};

// Stores the next row and returns true, or returns false at the end.
using NextRow = std::function<bool(ScoreRow* row)>;
// Called once with the model's sizes.
using MakeRows = std::function<NextRow(const ModelConfig& model)>;
// Called with the scores of the rows in their order.
using TakeScore = std::function<void(const RowScore& score)>;

// Stores the next document's ids and returns true, or returns false at the end.
using NextDocument = std::function<bool(std::vector<uint32_t>* ids)>;

// All throw Error. Not reentrant: LibTorch's threads and random state belong to the process.
struct Api {
  // Trains until config.iterations; throws Error{kInterrupted} after a last save when cancelled.
  void (*train)(const TrainConfig& config, const Hooks& hooks);

  // Scores rows of at most the model's positions + 1 ids. NextRow and `take` are called by several
  // threads, one at a time. The scores depend on nothing but model, row, precision and device.
  void (*score)(const ScoreConfig& config, const MakeRows& make_rows, const TakeScore& take,
                const Hooks& hooks);

  // The model of a checkpoint, for generation.
  std::unique_ptr<TextModel> (*open_text_model)(const RunConfig& config, const Hooks& hooks);
};

}  // namespace owt::trainer
