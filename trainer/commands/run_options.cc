#include <algorithm>
#include <string>
#include <thread>

#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/log.h"
#include "trainer/commands/commands.h"

namespace owt::trainer {

Hooks HooksOf(const RunContext& context) {
  return {[](std::string_view line) { WriteError(std::string(line) + "\n"); },
          [&context] { return context.cancelled(); }};
}

int ThreadsFor(int workers) {
  if (workers > 0) return workers;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void RunOptions::Declare(OptionSet& options) {
  options.Group("Model")
      .Text("checkpoint", &checkpoint_, "PATH", "what owt train saved, or a model of others")
      .Detail(
          "A folder given to owt train --save (its newest whole checkpoint is taken), one iter_* "
          "folder of it, a folder with a Hugging Face GPT-2 (model.safetensors or "
          "pytorch_model.bin), nanoGPT's ckpt.pt, Megatron-LM's model_optim_rng.pt or a folder "
          "around it, or a model .bin of llm.c.")
      .Text("device", &device_, "NAME", "cpu, cuda or cuda:N")
      .Flag("bf16", &bf16_, "compute matrix products in bf16")
      .Integer("workers", &workers_, 0, 4096, "threads; 0 takes one per core")
      .Short('j')
      .RunOnly();
}

RunConfig RunOptions::Config() const {
  if (checkpoint_.empty()) {
    throw Error(ErrorKind::kUsage,
                "--checkpoint PATH is needed: a folder that owt train saved to, or "
                "a model of others");
  }
  return {checkpoint_, bf16_ ? Precision::kBf16 : Precision::kFp32, device_, ThreadsFor(workers_)};
}

}  // namespace owt::trainer
