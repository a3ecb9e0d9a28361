#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>

#include "formats/document_map.h"
#include "formats/gpt_split.h"
#include "formats/indexed_dataset.h"
#include "formats/line_source.h"
#include "formats/tokenizer_files.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/paths.h"
#include "trainer/commands/commands.h"
#include "trainer/module.h"

namespace owt::trainer {
namespace {

// The sequences of one part of an indexed dataset.
class DatasetDocuments {
 public:
  DatasetDocuments(const std::string& prefix, const std::string& split, const std::string& part)
      : data_(formats::IndexedDatasetPaths::Of(prefix)) {
    const auto count = static_cast<int64_t>(data_.num_sequences());
    const formats::GptSplit parts = formats::SplitSequences(split, count);
    range_ = part == "all"     ? formats::SequenceRange{0, count}
             : part == "train" ? parts[0]
             : part == "valid" ? parts[1]
                               : parts[2];
  }

  bool Next(std::vector<uint32_t>* ids) {
    if (range_.begin == range_.end) return false;
    const formats::TokenView tokens = data_.sequence(static_cast<uint64_t>(range_.begin++));
    ids->resize(tokens.size());
    tokens.CopyTo(ids->data());
    return true;
  }

 private:
  formats::IndexedDataset data_;
  formats::SequenceRange range_;
};

// The texts of jsonl files, each ended by the end token.
class TextDocuments {
 public:
  TextDocuments(RunContext& context, const std::string& text_key, EncodeText encode,
                uint32_t end_token)
      : source_(context),
        parser_({text_key, "url"}),
        encode_(std::move(encode)),
        end_token_(end_token) {}

  bool Next(std::vector<uint32_t>* ids) {
    while (lines_.empty()) {
      if (!source_.Next(&batch_)) return false;
      num_bad_ += batch_.bad.size();
      formats::ForEachLine(batch_.bytes.view(), [this](size_t begin, size_t end) {
        lines_.push_back(batch_.bytes.view().substr(begin, end - begin));
      });
    }
    const std::string_view line = lines_.front();
    lines_.pop_front();
    ids->clear();
    if (!parser_.Parse(line, &document_).empty()) {
      ++num_bad_;
      return true;
    }
    *ids = encode_(document_.text());
    ids->push_back(end_token_);
    num_bytes_ += document_.text().size();
    return true;
  }

  uint64_t num_bad() const { return num_bad_; }

  uint64_t num_bytes() const { return num_bytes_; }

 private:
  formats::LineSource source_;
  DocumentParser parser_;
  EncodeText encode_;
  uint32_t end_token_;
  Batch batch_;
  std::deque<std::string_view> lines_;  // of batch_
  Document document_;
  uint64_t num_bad_ = 0, num_bytes_ = 0;
};

// Megatron's names for the figures.
std::string Result(const Evaluation& evaluation) {
  if (evaluation.tokens == 0) {
    throw Error(ErrorKind::kInput, "there is nothing to predict: fewer than two tokens");
  }
  const double loss = evaluation.loss_sum / static_cast<double>(evaluation.tokens);
  return fmt::format("lm loss value: {:.6E} | lm loss PPL: {:.6E} | tokens: {}", loss,
                     std::exp(std::min(20.0, loss)), evaluation.tokens);
}

class EvaluateCommand : public Stage {
 public:
  explicit EvaluateCommand(MakeEncoder make_encoder) : make_encoder_(make_encoder) {}

  void Declare(OptionSet& options) override {
    run_.Declare(options);
    options.Group("Data")
        .Text("data", &data_, "PREFIX", "PREFIX.bin and PREFIX.idx; or give jsonl files instead")
        .Text("split", &split_, "A,B,C", "shares of training, validation and test")
        .Choice("part", &part_, {"train", "valid", "test", "all"}, "which part of --data")
        .Text("text-key", &text_key_, "KEY", "field of the jsonl files that holds the text")
        .File("tokenizer", &tokenizer_, "of the texts, if it is not GPT-2's")
        .Integer("seq-length", &config_.sequence_length, 0, 1 << 24,
                 "tokens per window; 0 takes the model's positions")
        .Integer("micro-batch-size", &config_.batch, 1, 1 << 20, "windows at a time");
    options.Example("owt evaluate --checkpoint run --data my-gpt2_text_document",
                    "loss and perplexity of the validation part");
    options.Example("owt evaluate --checkpoint run held_out.jsonl.zst",
                    "the same for texts, with bits per byte");
  }

  void Run(RunContext& context) override {
    config_.run = run_.Config();
    if (data_.empty() == context.paths.empty()) {
      throw Error(ErrorKind::kUsage, "give either --data PREFIX or jsonl files");
    }
    const std::string line = data_.empty() ? EvaluateTexts(context) : EvaluateDataset(context);
    Fd(dup(STDOUT_FILENO), "standard output").Write(line + "\n");
  }

 private:
  std::string EvaluateDataset(const RunContext& context) {
    DatasetDocuments documents(data_, split_, part_);
    return Result(LoadTrainer().evaluate(
        config_, [&](std::vector<uint32_t>* ids) { return documents.Next(ids); },
        HooksOf(context)));
  }

  std::string EvaluateTexts(RunContext& context) {
    context.inputs = ExpandInputs(context.paths);
    const formats::Gpt2Vocab vocab = formats::ReadTokenizer(tokenizer_);
    TextDocuments documents(context, text_key_, make_encoder_(vocab), vocab.end_of_text());
    const Evaluation evaluation = LoadTrainer().evaluate(
        config_, [&](std::vector<uint32_t>* ids) { return documents.Next(ids); }, HooksOf(context));
    if (documents.num_bad() > 0) {
      context.Say(fmt::format("{} bad records were left out", documents.num_bad()));
    }
    const double bits = evaluation.loss_sum / std::numbers::ln2;
    const auto bytes = static_cast<double>(std::max<uint64_t>(documents.num_bytes(), 1));
    return Result(evaluation) + fmt::format(" | bits per byte: {:.4f}", bits / bytes);
  }

  MakeEncoder make_encoder_;
  RunOptions run_;
  EvaluateConfig config_;
  std::string data_, split_ = "969,30,1", part_ = "valid", text_key_ = "text", tokenizer_;
};

}  // namespace

std::unique_ptr<Stage> MakeEvaluate(MakeEncoder make_encoder) {
  return std::make_unique<EvaluateCommand>(make_encoder);
}

}  // namespace owt::trainer
