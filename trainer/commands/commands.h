#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "pipeline/stage.h"
#include "trainer/api.h"

namespace owt::trainer {

// The model commands. They hold no tensor: the work is in the module (module.h).

// Text to ids. The encoder lives with the data stages, which the trainer does not include;
// bin/ hands it in.
using EncodeText = std::function<std::vector<uint32_t>(std::string_view text)>;
// Called once, when there is text.
using MakeEncoder = EncodeText (*)(const formats::Gpt2Vocab& vocab);

std::unique_ptr<Stage> MakeTrain();
std::unique_ptr<Stage> MakeEvaluate(MakeEncoder make_encoder);
std::unique_ptr<Stage> MakeGenerate(MakeEncoder make_encoder);
std::unique_ptr<Stage> MakeServe(MakeEncoder make_encoder);
std::unique_ptr<Stage> MakeConvertCheckpoint();  // needs no module

// What the commands share: lines to stderr, Ctrl-C from the run.
Hooks HooksOf(const RunContext& context);

// --checkpoint, --device, --bf16, --workers.
class RunOptions {
 public:
  void Declare(OptionSet& options);
  RunConfig Config() const;

 private:
  std::string checkpoint_, device_ = "cpu";
  bool bf16_ = false;
  int workers_ = 0;
};

// Threads for --workers: one per core where it is 0.
int ThreadsFor(int workers);

}  // namespace owt::trainer
