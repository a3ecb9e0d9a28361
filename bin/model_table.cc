#include "bin/model_table.h"

#include "formats/gpt2_vocab.h"
#include "stages/text/bpe_encoder.h"
#include "trainer/commands/commands.h"

namespace owt {
namespace {

trainer::EncodeText MakeGpt2Encoder() {
  // Shared by the copies of the function: an encoder refers to its model.
  struct Gpt2 {
    text::BpeModel model{formats::Gpt2Vocab::Embedded()};
    text::BpeEncoder encoder{model};
  };

  return [gpt2 = std::make_shared<Gpt2>()](std::string_view text) {
    std::vector<uint32_t> ids;
    gpt2->encoder.Encode(text, &ids);
    return ids;
  };
}

std::unique_ptr<Stage> MakeEvaluate() { return trainer::MakeEvaluate(MakeGpt2Encoder); }

std::unique_ptr<Stage> MakeGenerate() { return trainer::MakeGenerate(MakeGpt2Encoder); }

using enum PathRule;

constexpr StageEntry kTable[] = {
    {"train", "Model", "train a GPT-2", "PREFIX.bin, PREFIX.idx", "checkpoints", kNone,
     trainer::MakeTrain, ""},
    {"evaluate", "Model", "loss and perplexity of a model", "PREFIX.bin, PREFIX.idx or jsonl",
     "one line on stdout", kInputs, MakeEvaluate, ""},
    {"generate", "Model", "write text with a model", "a checkpoint", "text on stdout", kNone,
     MakeGenerate, ""},
};

}  // namespace

std::span<const StageEntry> ModelTable() { return kTable; }

}  // namespace owt
