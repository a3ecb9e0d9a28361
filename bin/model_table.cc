#include "bin/model_table.h"

#include "formats/gpt2_vocab.h"
#include "stages/text/bpe_encoder.h"
#include "trainer/commands/commands.h"

namespace owt {
namespace {

trainer::EncodeText MakeEncoder(const formats::Gpt2Vocab& vocab) {
  // Shared by the copies of the function: an encoder refers to its model.
  struct Bpe {
    explicit Bpe(const formats::Gpt2Vocab& vocab) : model(vocab), encoder(model) {}

    text::BpeModel model;
    text::BpeEncoder encoder;
  };

  return [bpe = std::make_shared<Bpe>(vocab)](std::string_view text) {
    std::vector<uint32_t> ids;
    bpe->encoder.Encode(text, &ids);
    return ids;
  };
}

std::unique_ptr<Stage> MakeEvaluate() { return trainer::MakeEvaluate(MakeEncoder); }

std::unique_ptr<Stage> MakeGenerate() { return trainer::MakeGenerate(MakeEncoder); }

std::unique_ptr<Stage> MakeServe() { return trainer::MakeServe(MakeEncoder); }

using enum PathRule;

constexpr StageEntry kTable[] = {
    {"train", "Model", "train a GPT-2", "PREFIX.bin, PREFIX.idx", "checkpoints", kNone,
     trainer::MakeTrain, ""},
    {"evaluate", "Model", "loss and perplexity of a model", "PREFIX.bin, PREFIX.idx or jsonl",
     "one line on stdout", kInputs, MakeEvaluate, ""},
    {"generate", "Model", "write text with a model", "a checkpoint", "text on stdout", kNone,
     MakeGenerate, ""},
    {"convert-checkpoint", "Model", "a model in other programs' formats", "a checkpoint",
     "a Hugging Face folder, or llm.c's .bin", kNone, trainer::MakeConvertCheckpoint, ""},
    {"serve", "Model", "answer HTTP requests for text, as Megatron-LM's server", "a checkpoint",
     "answers on PUT /api", kNone, MakeServe, ""},
};

}  // namespace

std::span<const StageEntry> ModelTable() { return kTable; }

}  // namespace owt
