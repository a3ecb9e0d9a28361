// `owt convert`: tokens from any trainer's files into any other's; several inputs become one.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/provenance.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/stage.h"
#include "stages/convert/convert_documents.h"
#include "stages/convert/convert_sink.h"
#include "stages/convert/token_input.h"
#include "stages/convert/token_source.h"

namespace owt::stages {
namespace {

using formats::TokenFormat;
using formats::TokenType;

class Convert : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Choice("to", &to_, {"megatron", "nanogpt", "llmc", "ds"}, "the format to write")
        .Detail(
            "megatron: OUTPUT.bin and .idx. nanogpt: OUTPUT.bin. llmc: OUTPUT_val_000000.bin, "
            "OUTPUT_train_000001.bin, ... ds: OUTPUT.ds, .ds.index and .ds.metadata. Tokens are as "
            "wide as the widest input's.")
        .Choice("from", &from_, {"auto", "megatron", "nanogpt", "llmc", "ds"},
                "the format of the inputs")
        .Detail("auto goes by name and content; raw tokens (nanogpt) must be named.")
        .Integer("eot", &eot_, 0, INT32_MAX, "the token that parts documents")
        .Integer("shard-tokens", &shard_tokens_, 1,
                 static_cast<int64_t>(formats::LlmcHeader::kMaxTokens),
                 "tokens of a shard of llmc");
    options.Example("owt convert shards/*.idx all", "merges Megatron's datasets");
    options.Example("owt convert --to llmc my-gpt2_text_document.idx data/owt",
                    "writes data/owt_val_000000.bin, data/owt_train_000001.bin, ...");
    options.Example("owt convert --from nanogpt --to ds train.bin train", "writes train.ds");
  }

  std::vector<std::string> InputPaths(const std::vector<std::string>& typed) const override {
    return convert::CompleteInputs(typed);
  }

  // "all.bin" is the beginning of the names that "all" gives.
  std::string OutputName(std::string output) const override {
    for (const std::string_view suffix : {".bin", ".idx", ".ds"}) {
      if (output.ends_with(suffix)) {
        output.resize(output.size() - suffix.size());
        break;
      }
    }
    return output;
  }

  std::vector<std::string> OutputFiles(const RunContext& context) const override {
    const formats::TokenOutput output{*formats::ParseTokenFormat(to_), context.output};
    std::vector<std::string> files = formats::OutputPaths(output);
    // Of a dataset that is replaced it goes, too.
    if (output.format == TokenFormat::kMegatron) {
      files.push_back(formats::ProvenancePath(context.output));
    }
    return files;
  }

  void Run(RunContext& context) override {
    if (context.output == "-" || context.output.ends_with('/')) {
      throw Error(ErrorKind::kUsage,
                  "convert writes several files; give the beginning of their names as output",
                  context.output);
    }
    if (context.shard().count > 1) {
      throw Error(ErrorKind::kUsage, "--shard is not for convert; give each run its own inputs");
    }
    const auto inputs = convert::FindInputs(context.inputs, formats::ParseTokenFormat(from_));
    const bool wide = std::any_of(inputs.begin(), inputs.end(), [](const auto& input) {
      return input.type == TokenType::kInt32;
    });
    const TokenType type = wide ? TokenType::kInt32 : TokenType::kUint16;
    if (!wide && eot_ > 0xFFFF) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--eot {} is no uint16, which the inputs hold", eot_));
    }
    const formats::TokenOutput output{*formats::ParseTokenFormat(to_), context.output, type, eot_,
                                      shard_tokens_};
    convert::TokenSource source(context, inputs, eot_, output.format == TokenFormat::kMegatron);
    const convert::ConvertDocuments transform(inputs, type, eot_);
    convert::ConvertSink sink(context, output);
    RunFlow(context, source, transform, sink);
  }

 private:
  std::string to_ = "megatron";
  std::string from_ = "auto";
  uint32_t eot_ = 50256;
  uint64_t shard_tokens_ = 100'000'000;
};

}  // namespace

std::unique_ptr<Stage> MakeConvert() { return std::make_unique<Convert>(); }

}  // namespace owt::stages
