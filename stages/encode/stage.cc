// `owt encode`: jsonl -> GPT-2 tokens in Megatron's indexed dataset, the files that `owt train` and
// Megatron read.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/line_source.h"
#include "formats/tokenizer_files.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/paths.h"
#include "pipeline/stage.h"
#include "stages/encode/dataset_sink.h"
#include "stages/encode/encode_documents.h"

namespace owt::stages {
namespace {

// "text,title" as "text", "title". They become parts of file names.
std::vector<std::string> ParseKeys(const std::vector<std::string>& lists) {
  std::vector<std::string> keys;
  for (std::string_view list : lists) {
    while (true) {
      const size_t comma = list.find(',');
      const std::string key(list.substr(0, comma));
      if (key.empty() || key.find('/') != key.npos) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("--json-keys: '{}' cannot be part of a file name", key));
      }
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
        throw Error(ErrorKind::kUsage, fmt::format("--json-keys: '{}' is there twice", key));
      }
      keys.push_back(key);
      if (comma == list.npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return keys;
}

encode::SpecialText ParseSpecialText(const std::string& name) {
  if (name == "special") return encode::SpecialText::kSpecial;
  return name == "error" ? encode::SpecialText::kError : encode::SpecialText::kOrdinary;
}

// A sixteenth of the memory for the words of all workers, but no more than pays.
size_t CacheBytes(const RunContext& context) {
  constexpr uint64_t kLeast = uint64_t{1} << 20, kMost = uint64_t{32} << 20;
  const uint64_t share = context.memory_bytes() / 16 / static_cast<uint64_t>(context.workers());
  return std::bit_floor(std::clamp(share, kLeast, kMost));
}

// "nanogpt,ds" as formats; Megatron's is written anyway.
std::vector<formats::TokenFormat> ParseAlso(const std::vector<std::string>& lists) {
  std::vector<formats::TokenFormat> also;
  for (std::string_view list : lists) {
    while (!list.empty()) {
      const size_t comma = std::min(list.find(','), list.size());
      const auto format = formats::ParseTokenFormat(list.substr(0, comma));
      if (!format || *format == formats::TokenFormat::kMegatron) {
        throw Error(ErrorKind::kUsage, fmt::format("--also takes nanogpt, llmc and ds, not '{}'",
                                                   list.substr(0, comma)));
      }
      if (std::find(also.begin(), also.end(), *format) == also.end()) also.push_back(*format);
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
  return also;
}

class Encode : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Flag("append-eod", &append_eod_, "end every document with <|endoftext|>")
        .List("json-keys", &json_keys_, "KEYS", "fields to encode; without it the text field")
        .Detail(
            "Names with commas between them. Each gets a dataset of its own, "
            "PREFIX_KEY_document.bin and .idx; document d is the same record in all of them.")
        .List("also", &also_, "FORMATS", "write the tokens for other trainers too")
        .Detail(
            "nanogpt, llmc and ds with commas between them: PREFIX_KEY_tokens.bin, "
            "PREFIX_KEY_tokens_val_000000.bin and so on, PREFIX_KEY_tokens.ds; as owt convert.")
        .Flag("keep-empty", &keep_empty_, "write empty documents instead of dropping them")
        .Detail("Megatron's tools up to June 2023 drop them, later ones write them.")
        .Choice("special-text", &special_text_, {"ordinary", "special", "error"},
                "end-of-text tokens written out in a text: ordinary text, tokens, or bad")
        .Detail("The summary says how often it was there. Bad records are quarantined.")
        .Choice("bad-utf8", &bad_utf8_, {"error", "replace"},
                "records that are not valid UTF-8 are bad, or bad bytes become U+FFFD")
        .Detail("So do \\u escapes of half a surrogate pair.")
        .File("tokenizer", &tokenizer_,
              "tokenizer.json, merges.txt or .tiktoken instead of GPT-2's")
        .Detail(
            "A byte-level BPE with GPT-2's pattern, such as owt train-tokenizer makes. Tokens take "
            "two "
            "bytes below 65,500 ids, else four.");
    options.Example("owt encode --append-eod shuffled.json my-gpt2",
                    "writes my-gpt2_text_document.bin and .idx");
    options.Example("owt encode --json-keys title,text --append-eod news.jsonl.zst news",
                    "two datasets, news_title_document and news_text_document");
  }

  // "merged.encode.json", the name beside the input, is PREFIX "merged.encode".
  std::string OutputName(std::string output) const override {
    return std::string(PrefixOf(output));
  }

  void Run(RunContext& context) override {
    if (context.output == "-" || context.output.ends_with('/')) {
      throw Error(ErrorKind::kUsage,
                  "encode writes several files; give the beginning of their names as output",
                  context.output);
    }
    encode::EncodeOptions options;
    options.json_keys = json_keys_.empty() ? std::vector<std::string>{context.common.text_key}
                                           : ParseKeys(json_keys_);
    options.url_key = context.common.url_key;
    options.append_eod = append_eod_;
    options.keep_empty = keep_empty_;
    options.special_text = ParseSpecialText(special_text_);
    options.replace_bad_utf8 = bad_utf8_ == "replace";
    options.cache_bytes = CacheBytes(context);

    const formats::Gpt2Vocab vocab = formats::ReadTokenizer(tokenizer_);
    const encode::EncodeDocuments transform(vocab, options);
    formats::LineSource source(context);
    encode::DatasetSink sink(context, options.json_keys, transform.token_type(),
                             {ParseAlso(also_), vocab.end_of_text()});
    RunFlow(context, source, transform, sink);
  }

 private:
  bool append_eod_ = false;
  bool keep_empty_ = false;
  std::string special_text_ = "ordinary";
  std::string bad_utf8_ = "error";
  std::string tokenizer_;
  std::vector<std::string> json_keys_;
  std::vector<std::string> also_;
};

}  // namespace

std::unique_ptr<Stage> MakeEncode() { return std::make_unique<Encode>(); }

}  // namespace owt::stages
