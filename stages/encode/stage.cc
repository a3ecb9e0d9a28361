// `owt encode`: jsonl -> GPT-2 tokens in Megatron's indexed dataset, the files that `owt train` and
// Megatron read.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/line_source.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/paths.h"
#include "pipeline/stage.h"
#include "stages/encode/dataset_sink.h"
#include "stages/encode/encode_documents.h"
#include "stages/encode/option_values.h"

namespace owt::stages {
namespace {

using encode::Compat;

// A sixteenth of the memory for the words of all workers, but no more than pays.
size_t CacheBytes(const RunContext& context) {
  constexpr uint64_t kLeast = uint64_t{1} << 20, kMost = uint64_t{8} << 20;
  const uint64_t share = context.memory_bytes() / 16 / static_cast<uint64_t>(context.workers());
  return std::bit_floor(std::clamp(share, kLeast, kMost));
}

class Encode : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options");
    DeclareTokens(options);
    DeclareFiles(options);
    options.Example("owt encode --append-eod shuffled.json my-gpt2",
                    "writes my-gpt2_text_document.bin and .idx");
    options.Example("owt encode --json-keys title,text --append-eod news.jsonl.zst news",
                    "two datasets, news_title_document and news_text_document");
    options.Example(
        "owt encode --input data/*.jsonl --output-prefix my-gpt2 --vocab-file vocab.json "
        "--merge-file merges.txt --append-eod --workers 20",
        "the words of Megatron-LM's preprocess_data.py");
  }

  std::string OutputOption() const override { return output_prefix_; }

  uint64_t partitions() const override { return partitions_; }

  // "merged.encode.json", the name beside the input, is PREFIX "merged.encode".
  std::string OutputName(std::string output) const override {
    return std::string(PrefixOf(output));
  }

  std::vector<std::string> OutputFiles(const RunContext& context) const override {
    return Plan(context).Files();
  }

  void Run(RunContext& context) override {
    if (context.output == "-" || context.output.ends_with('/')) {
      throw Error(ErrorKind::kUsage,
                  "encode writes several files; give the beginning of their names as output",
                  context.output);
    }
    const encode::DatasetPlan plan = Plan(context);
    CheckCompat(plan);
    encode::EncodeOptions options;
    options.json_keys = plan.keys;
    options.url_key = context.common.url_key;
    options.append_eod = append_eod_;
    options.keep_empty = keep_empty_ || plan.compat == Compat::kMegatronCore;
    options.special_text = encode::ParseSpecialText(special_text_);
    options.bad_utf8 = encode::ParseBadUtf8(bad_utf8_);
    options.split_sentences = split_sentences_;
    options.provenance = provenance_;
    options.compat = plan.compat;
    options.cache_bytes = CacheBytes(context);

    const formats::Gpt2Vocab vocab = encode::ReadVocab(tokenizer_);
    const encode::EncodeDocuments transform(vocab, options);
    formats::LineSource source(context);
    encode::DatasetSink sink(context, plan, transform.token_type(), vocab.end_of_text());
    RunFlow(context, source, transform, sink);
  }

 private:
  void DeclareTokens(OptionSet& options) {
    options.Flag("append-eod", &append_eod_, "end every document with <|endoftext|>")
        .List("json-keys", &json_keys_, "KEYS", "fields to encode; without it the text field")
        .Detail(
            "Names with commas between them, or blanks where --input names the inputs. Each gets a "
            "dataset of its own, PREFIX_KEY_document.bin and .idx; document d is the same record "
            "in all of them.")
        .Flag("split-sentences", &split_sentences_, "a sequence for each sentence, not document")
        .Detail(
            "By ICU's sentence breaks; the blanks behind a sentence belong to it. The files are "
            "PREFIX_KEY_sentence.bin and .idx, whose document index says where documents begin.")
        .Flag("keep-empty", &keep_empty_, "write empty documents instead of dropping them")
        .Detail("Megatron's tools up to June 2023 drop them, later ones write them.")
        .Choice("special-text", &special_text_, {"ordinary", "special", "error"},
                "end-of-text tokens written out in a text: ordinary text, tokens, or bad")
        .Detail("The summary says how often it was there. Bad records are quarantined.")
        .Choice("bad-utf8", &bad_utf8_, {"error", "replace", "bytes"},
                "what is not UTF-8 is a bad record, becomes U+FFFD, or stays as it is")
        .Detail(
            "replace also takes \\u escapes of half a surrogate pair. With bytes the tokens decode "
            "to the bytes of the input.")
        .File("tokenizer", &tokenizer_.tokenizer,
              "tokenizer.json, merges.txt or .tiktoken instead of GPT-2's")
        .Detail(
            "A byte-level BPE with GPT-2's pattern, such as owt train-tokenizer makes. Tokens take "
            "two bytes below 65,500 ids, else four.")
        .File("vocab-file", &tokenizer_.vocab_file, "vocab.json, with --merge-file")
        .Detail("Its ids must be those that the merges give.")
        .File("merge-file", &tokenizer_.merges_file, "merges.txt, with --vocab-file");
  }

  void DeclareFiles(OptionSet& options) {
    options
        .Choice("compat", &compat_, {"owt", "megatron-2023", "megatron-core", "paddle"},
                "files as these write them")
        .Detail(
            "They differ in what an empty text becomes, in the type of tokens and in names: see "
            "docs/texts.md.")
        .List("also", &also_, "FORMATS", "write the tokens for other trainers too")
        .Detail(
            "nanogpt, llmc and ds with commas between them: PREFIX_KEY_tokens.bin, "
            "PREFIX_KEY_tokens_val_000000.bin and so on, PREFIX_KEY_tokens.ds; as owt convert.")
        .Flag("provenance", &provenance_, "write where each document comes from")
        .Detail(
            "PREFIX_KEY_document.provenance: source file, byte offset and address, in 16 bytes a "
            "document besides the texts. owt inspect reads it.")
        .Text("output-prefix", &output_prefix_, "PREFIX", "the same as --output")
        .RunOnly()
        .Integer("partitions", &partitions_, 1, 10000, "write N outputs, PREFIX_0 to PREFIX_(N-1)")
        .Detail(
            "Each is what --shard I/N writes, one after the other; every one uses all workers. "
            "One alone is right for speed.")
        .Flag("keep-sequential-samples", &keep_sequential_, "nothing: the order is always kept")
        .RunOnly();
  }

  encode::DatasetPlan Plan(const RunContext& context) const {
    return {.prefix = context.output,
            .keys = json_keys_.empty() ? std::vector<std::string>{context.common.text_key}
                                       : encode::ParseKeys(json_keys_),
            .compat = encode::ParseCompat(compat_),
            .split_sentences = split_sentences_,
            .provenance = provenance_,
            .also = encode::ParseAlso(also_)};
  }

  void CheckCompat(const encode::DatasetPlan& plan) const {
    if (plan.compat == Compat::kPaddle && plan.keys.size() > 1) {
      throw Error(ErrorKind::kUsage, "--compat paddle has one field: its files do not name it");
    }
    const bool leaves_out = plan.compat == Compat::kMegatron2023 || plan.compat == Compat::kPaddle;
    if (leaves_out && keep_empty_) {
      throw Error(ErrorKind::kUsage,
                  "--compat " + compat_ + " leaves empty documents out; --keep-empty writes them");
    }
  }

  bool append_eod_ = false;
  bool keep_empty_ = false;
  bool keep_sequential_ = false;
  bool provenance_ = false;
  bool split_sentences_ = false;
  uint64_t partitions_ = 1;
  std::string bad_utf8_ = "error";
  std::string compat_ = "owt";
  std::string output_prefix_;
  std::string special_text_ = "ordinary";
  encode::TokenizerPaths tokenizer_;
  std::vector<std::string> also_;
  std::vector<std::string> json_keys_;
};

}  // namespace

std::unique_ptr<Stage> MakeEncode() { return std::make_unique<Encode>(); }

}  // namespace owt::stages
