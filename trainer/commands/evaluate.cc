#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "formats/tokenizer_files.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/json.h"
#include "pipeline/paths.h"
#include "trainer/commands/commands.h"
#include "trainer/evaluate/choice_task.h"
#include "trainer/evaluate/documents.h"
#include "trainer/evaluate/lambada_task.h"
#include "trainer/evaluate/loss_task.h"
#include "trainer/evaluate/wikitext_task.h"
#include "trainer/module.h"

namespace owt::trainer {
namespace {

constexpr uint64_t kMaxTextBytes = uint64_t{1} << 30;  // of wikitext, which is held whole

class EvaluateCommand : public Stage {
 public:
  explicit EvaluateCommand(MakeEncoder make_encoder) : make_encoder_(make_encoder) {}

  void Declare(OptionSet& options) override {
    run_.Declare(options);
    DeclareTask(options);
    options.Group("Data")
        .Text("data", &data_, "PREFIX", "PREFIX.bin and PREFIX.idx; or give jsonl files instead")
        .Text("split", &split_, "A,B,C", "shares of training, validation and test")
        .Choice("part", &part_, {"train", "valid", "test", "all"}, "which part of --data")
        .List("valid-data", &valid_data_, "FILE", "a file to read, as an argument is")
        .Text("text-key", &text_key_, "KEY", "field of the jsonl files that holds the text")
        .File("tokenizer", &tokenizer_, "of the texts, if it is not GPT-2's")
        .Text("quarantine", &quarantine_, "FILE", "records that were left out; default: none")
        .Integer("max-bad", &max_bad_, 0, INT64_MAX, "more records left out end in exit code 3")
        .Integer("seq-length", &sequence_length_, 0, 1 << 24,
                 "tokens per window; 0 takes the model's positions")
        .Integer("micro-batch-size", &config_.rows, 0, 1 << 20,
                 "windows at a time; 0 takes one per worker")
        .Detail("Changes memory and speed, never a result.")
        .RunOnly()
        .Flag("json", &json_, "print the result as a JSON object, with all digits");
    options.Example("owt evaluate --checkpoint run --data my-gpt2_text_document",
                    "loss and perplexity of the validation part");
    options.Example("owt evaluate --checkpoint run held_out.jsonl.zst",
                    "the same for texts, with bits per byte");
    options.Example("owt evaluate --checkpoint run --task lambada --strict-lambada lambada.jsonl",
                    "how many last words are guessed");
    options.Example("owt evaluate --checkpoint run --task wikitext wiki.test.tokens",
                    "perplexity as Megatron-LM takes it");
  }

  void Run(RunContext& context) override {
    config_.run = run_.Config();
    context.paths.insert(context.paths.end(), valid_data_.begin(), valid_data_.end());
    Check(context);
    context.inputs = ExpandInputs(context.paths);
    std::optional<RecordLines> records;
    if (UsesRecords()) records.emplace(context, quarantine_);
    const std::unique_ptr<Task> task = MakeTask(context, records ? &*records : nullptr);
    LoadTrainer().score(
        config_,
        [&](const ModelConfig& model) {
          task->Start(WindowLength(model));
          return [&task](ScoreRow* row) { return task->Next(row); };
        },
        [&task](const RowScore& score) { task->Take(score); }, HooksOf(context));
    const std::string left_out = records ? records->Finish() : "";
    if (!left_out.empty()) context.Say(left_out);
    const std::string result = json_ ? JsonText(task->Json()) : task->Line();
    Fd(dup(STDOUT_FILENO), "standard output").Write(result + "\n");
    if (context.tally.num_quarantined() > static_cast<uint64_t>(max_bad_)) {
      throw Error(ErrorKind::kRejected,
                  fmt::format("{} records were left out, more than --max-bad {}; the result is "
                              "that of the others",
                              context.tally.num_quarantined(), max_bad_));
    }
  }

 private:
  void DeclareTask(OptionSet& options) {
    options.Group("Task")
        .Choice("task", &task_,
                {"loss", "lambada", "wikitext", "hellaswag", "LAMBADA", "WIKITEXT103"},
                "what the model is asked")
        .Detail(
            "loss: the next token, everywhere. lambada: the last token of each text. wikitext: the "
            "next token of one detokenized text, in overlapping windows. hellaswag: which of "
            "several endings is likeliest. Two also have the names that Megatron-LM gives them.")
        .Flag("strict-lambada", &strict_, "of lambada: the whole last word")
        .Integer("overlapping-eval", &stride_, 1, 1 << 24,
                 "of wikitext: tokens from a window to the next")
        .Choice("detokenizer", &detokenizer_, {"wikitext", "ptb", "none"},
                "of wikitext: how words become a text");
  }

  bool IsLambada() const { return task_ == "lambada" || task_ == "LAMBADA"; }

  bool IsWikitext() const { return task_ == "wikitext" || task_ == "WIKITEXT103"; }

  bool UsesRecords() const { return !IsWikitext() && (task_ != "loss" || data_.empty()); }

  // A setting of owt.toml that the command line makes pointless is not held against it.
  void Check(const RunContext& context) {
    const auto given = [&context](std::string_view name) {
      return std::find(context.given.begin(), context.given.end(), name) != context.given.end();
    };
    const bool has_paths = !context.paths.empty();
    if (task_ == "loss") {
      if (has_paths && !given("data")) data_.clear();
      if (data_.empty() != has_paths) {
        throw Error(ErrorKind::kUsage, "give either --data PREFIX or jsonl files");
      }
    } else if (given("data") || !has_paths) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--task {} reads a file that is named as an argument", task_));
    }
    if (given("strict-lambada") && !IsLambada()) {
      throw Error(ErrorKind::kUsage, "--strict-lambada is for --task lambada");
    }
    for (const char* name : {"overlapping-eval", "detokenizer"}) {
      if (given(name) && !IsWikitext()) {
        throw Error(ErrorKind::kUsage, fmt::format("--{} is for --task wikitext", name));
      }
    }
  }

  int64_t WindowLength(const ModelConfig& model) const {
    if (sequence_length_ > model.positions) {
      throw Error(ErrorKind::kUsage, fmt::format("--seq-length {}: the model has {} positions",
                                                 sequence_length_, model.positions));
    }
    return sequence_length_ == 0 ? model.positions : sequence_length_;
  }

  std::unique_ptr<Task> MakeTask(const RunContext& context, RecordLines* records) {
    if (records == nullptr && task_ == "loss") {
      documents_.emplace(data_, split_, part_);
      return std::make_unique<LossTask>(
          [this](std::vector<uint32_t>* ids) { return documents_->Next(ids); });
    }
    const formats::Gpt2Vocab vocab = formats::ReadTokenizer(tokenizer_);
    const EncodeText encode = make_encoder_(vocab);
    if (IsLambada()) return std::make_unique<LambadaTask>(records, text_key_, encode, strict_);
    if (IsWikitext()) return MakeWikitext(context, encode);
    if (task_ == "hellaswag") return std::make_unique<ChoiceTask>(records, encode);
    texts_.emplace(records, text_key_, encode, vocab.end_of_text());
    return std::make_unique<LossTask>(
        [this](std::vector<uint32_t>* ids) { return texts_->Next(ids); }, texts_->num_bytes());
  }

  std::unique_ptr<Task> MakeWikitext(const RunContext& context, const EncodeText& encode) const {
    if (context.inputs.size() != 1) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--task wikitext reads one file, not {}", context.inputs.size()));
    }
    const std::string& path = context.inputs[0].path;
    return std::make_unique<WikitextTask>(ReadWholeText(path, kMaxTextBytes), path,
                                          detokenizer_ == "ptb"    ? Detokenizer::kPtb
                                          : detokenizer_ == "none" ? Detokenizer::kNone
                                                                   : Detokenizer::kWikitext,
                                          encode, stride_);
  }

  MakeEncoder make_encoder_;
  RunOptions run_;
  ScoreConfig config_;
  std::string task_ = "loss", detokenizer_ = "wikitext";
  bool strict_ = false, json_ = false;
  int64_t stride_ = 32, sequence_length_ = 0, max_bad_ = 0;
  std::string data_, split_ = "969,30,1", part_ = "valid", text_key_ = "text", tokenizer_;
  std::string quarantine_;
  std::vector<std::string> valid_data_;
  std::optional<DatasetDocuments> documents_;
  std::optional<TextDocuments> texts_;
};

}  // namespace

std::unique_ptr<Stage> MakeEvaluate(MakeEncoder make_encoder) {
  return std::make_unique<EvaluateCommand>(make_encoder);
}

}  // namespace owt::trainer
