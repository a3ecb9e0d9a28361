#include <fmt/format.h>

#include "pipeline/context.h"
#include "pipeline/error.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/checkpoint/hugging_face_folder.h"
#include "trainer/checkpoint/llmc_model.h"
#include "trainer/checkpoint/stored_model.h"
#include "trainer/commands/commands.h"

namespace owt::trainer {
namespace {

class ConvertCheckpointCommand : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Model")
        .Text("checkpoint", &checkpoint_, "PATH", "the model to read, of any layout that owt knows")
        .Detail(
            "What owt train saved, a Hugging Face GPT-2, nanoGPT's ckpt.pt, Megatron-LM's "
            "model_optim_rng.pt or a folder around it, or a model .bin of llm.c.")
        .Text("output", &output_, "PATH", "a new folder for Hugging Face, or FILE.bin for llm.c")
        .Short('o')
        .Flag("bf16", &bf16_, "store bf16 instead of fp32")
        .File("tokenizer", &tokenizer_, "the tokenizer of the model's data, if it is not GPT-2's");
    options.Example("owt convert-checkpoint --checkpoint ckpt.pt --output gpt2",
                    "a folder that AutoModelForCausalLM and AutoTokenizer load");
    options.Example("owt convert-checkpoint --checkpoint run --output gpt2_124M.bin",
                    "a model of owt train for llm.c");
  }

  void Run(RunContext& context) override {
    if (checkpoint_.empty() || output_.empty()) {
      throw Error(
          ErrorKind::kUsage,
          "--checkpoint PATH and --output PATH are needed: what to read, and what to write");
    }
    const std::string path = ResolveCheckpoint(checkpoint_);
    const StoredModel model = OpenStoredModel(path);
    const Precision precision = bf16_ ? Precision::kBf16 : Precision::kFp32;
    context.Say(fmt::format("{}: {} layers, hidden size {}, {} heads, {} positions, {} ids", path,
                            model.config.layers, model.config.hidden, model.config.heads,
                            model.config.positions, model.config.vocab));
    if (output_.ends_with(".bin")) {
      if (!tokenizer_.empty()) {
        throw Error(ErrorKind::kUsage,
                    "--tokenizer is for a folder: llm.c's model has no tokenizer");
      }
      WriteLlmcModel(model, precision, output_);
    } else {
      const auto tokenizer = ModelTokenizer(tokenizer_, model.config.vocab);
      WriteHuggingFaceFolder(model, precision, tokenizer ? &*tokenizer : nullptr, output_);
      if (!tokenizer) {
        context.Say(
            "without tokenizer files: the model does not have GPT-2's vocabulary; see --tokenizer");
      }
    }
    context.Say(fmt::format("wrote {}", output_));
  }

 private:
  std::string checkpoint_, output_, tokenizer_;
  bool bf16_ = false;
};

}  // namespace

std::unique_ptr<Stage> MakeConvertCheckpoint() {
  return std::make_unique<ConvertCheckpointCommand>();
}

}  // namespace owt::trainer
