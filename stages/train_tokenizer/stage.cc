// `owt train-tokenizer`: jsonl -> a byte-level BPE vocabulary, in the files that owt encode,
// Hugging Face and tiktoken read.
#include <memory>
#include <string>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "formats/line_source.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/paths.h"
#include "pipeline/stage.h"
#include "stages/train_tokenizer/bpe_trainer.h"
#include "stages/train_tokenizer/count_words.h"
#include "stages/train_tokenizer/tokenizer_sink.h"

namespace owt::stages {
namespace {

using formats::Gpt2Vocab;

class TrainTokenizer : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Integer("vocab-size", &vocab_size_, 257, 1 << 24, "tokens in all, special ones included")
        .Integer("min-frequency", &min_frequency_, 1, INT64_MAX, "rarer pairs are not merged")
        .List("special-token", &special_tokens_, "TOKEN", "a special token beside <|endoftext|>")
        .Detail("Special tokens come behind all others, <|endoftext|> first, as in GPT-2.")
        .Choice("unit", &unit_, {"document", "line"}, "what is split into words at once")
        .Detail("line is what Hugging Face's train(files) does: no word goes across a line's end.");
    options.Example("owt train-tokenizer --vocab-size 32000 corpus.json tokenizer",
                    "writes tokenizer/tokenizer.json, vocab.json, merges.txt, tokenizer.tiktoken");
  }

  // A folder, which has no suffix.
  std::string OutputName(std::string output) const override {
    while (output.size() > 1 && output.ends_with('/')) output.pop_back();
    return std::string(PrefixOf(output));
  }

  void Run(RunContext& context) override {
    if (context.output == "-") {
      throw Error(ErrorKind::kUsage,
                  "it writes several files; give the name of a folder as output");
    }
    train_tokenizer::BpeTrainerOptions options;
    if (vocab_size_ < Gpt2Vocab::kNumBytes + 1 + special_tokens_.size()) {
      throw Error(ErrorKind::kUsage, "--vocab-size has no room for the bytes and special tokens");
    }
    options.num_tokens = vocab_size_ - 1 - static_cast<uint32_t>(special_tokens_.size());
    options.min_frequency = min_frequency_;
    options.workers = context.workers();
    const train_tokenizer::CountWords transform(context, unit_ == "line");
    formats::LineSource source(context);
    train_tokenizer::TokenizerSink sink(context, options, special_tokens_);
    RunFlow(context, source, transform, sink);
  }

 private:
  uint32_t vocab_size_ = Gpt2Vocab::kGpt2Size;
  uint64_t min_frequency_ = 2;
  std::vector<std::string> special_tokens_;
  std::string unit_ = "document";
};

}  // namespace

std::unique_ptr<Stage> MakeTrainTokenizer() { return std::make_unique<TrainTokenizer>(); }

}  // namespace owt::stages
