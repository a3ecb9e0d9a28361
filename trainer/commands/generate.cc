#include <fmt/format.h>
#include <unistd.h>

#include "formats/tokenizer_files.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "trainer/commands/commands.h"
#include "trainer/module.h"

namespace owt::trainer {
namespace {

class GenerateCommand : public Stage {
 public:
  explicit GenerateCommand(MakeEncoder make_encoder) : make_encoder_(make_encoder) {}

  void Declare(OptionSet& options) override {
    run_.Declare(options);
    options.Group("Text")
        .Text("prompt", &prompt_, "TEXT", "what to go on from; empty: the start of a document")
        .File("tokenizer", &tokenizer_, "the tokenizer of the model's data, if it is not GPT-2's")
        .Integer("tokens", &config_.tokens, 1, 1 << 30, "most tokens to write")
        .Real("temperature", &config_.sampling.temperature, 0, 1e3,
              "below 1 is safer, above 1 wilder; 0: always the likeliest")
        .Integer("top-k", &config_.sampling.top_k, 0, 1 << 28, "only the k likeliest; 0: all")
        .Integer("seed", &config_.seed, 0, INT64_MAX, "of the draws");
    options.Example("owt generate --checkpoint run --prompt \"The road\" --tokens 50 --top-k 40",
                    "prints the prompt and what follows");
  }

  void Run(RunContext& context) override {
    config_.run = run_.Config();
    const formats::Gpt2Vocab vocab = formats::ReadTokenizer(tokenizer_);
    config_.vocab = vocab.size();
    config_.end_token = vocab.end_of_text();
    std::vector<uint32_t> prompt;
    if (!prompt_.empty()) prompt = make_encoder_(vocab)(prompt_);
    Fd out(dup(STDOUT_FILENO), "standard output");
    out.Write(prompt_);
    LoadTrainer().generate(
        config_, prompt, [&](uint32_t token) { out.Write(vocab.token_bytes(token)); },
        HooksOf(context));
    out.Write("\n");
    if (context.cancelled()) throw Error(ErrorKind::kInterrupted, "interrupted");
  }

 private:
  MakeEncoder make_encoder_;
  RunOptions run_;
  GenerateConfig config_;
  std::string prompt_, tokenizer_;
};

}  // namespace

std::unique_ptr<Stage> MakeGenerate(MakeEncoder make_encoder) {
  return std::make_unique<GenerateCommand>(make_encoder);
}

}  // namespace owt::trainer
