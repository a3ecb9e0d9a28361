// `owt decontaminate`: takes texts of test sets out of documents, as Megatron-LM's filter_ngrams.py
// does, with exact positions. One pass counts in how many documents each n-gram is (count_keys.h),
// one cuts (decontaminate_documents.h).
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "formats/explained_sink.h"
#include "formats/input_stream.h"
#include "formats/line_source.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/stage.h"
#include "stages/decontaminate/count_keys.h"
#include "stages/decontaminate/decontaminate_documents.h"
#include "stages/decontaminate/ngram_keys.h"
#include "stages/decontaminate/task_texts.h"

namespace owt::stages {
namespace {

using decontaminate::Compat;
using decontaminate::KeyLengths;
using decontaminate::Mode;
using decontaminate::NgramKeys;
using decontaminate::Task;

class Decontaminate : public Stage {
 public:
  void Declare(OptionSet& options) override {
    DeclareTasks(options);
    DeclareCuts(options);
    options.Example("owt decontaminate --task lambada=lambada_test.jsonl dedup.json clean.json",
                    "cuts the texts of LAMBADA out");
    options.Example(
        "owt decontaminate --task squad=dev.jsonl --task qa=mine.jsonl:query --explain cut.jsonl "
        "dedup.json clean.json",
        "two tasks; says what was cut out, and where");
    options.Example("owt decontaminate --mode report --task lambada=test.jsonl dedup.json",
                    "marks documents only; writes dedup.decontaminate.json");
  }

  void Run(RunContext& context) override {
    CheckOptions(context);
    const std::vector<Task> tasks = decontaminate::ParseTasks(tasks_);
    NgramKeys keys(lengths_);
    AddTasks(context, tasks, &keys);
    if (threshold_ > 0) LeaveOutFrequent(context, &keys);
    const bool counts_lines = compat() == Compat::kMegatron;
    formats::LineSource source(context, counts_lines);
    const decontaminate::DecontaminateDocuments transform(context, keys, NamesOf(tasks),
                                                          MakeRules());
    formats::ExplainedSink sink(context, explain_);
    RunFlow(context, source, transform, sink);
  }

 private:
  void DeclareTasks(OptionSet& options) {
    options.Group("Tasks")
        .List("task", &tasks_, "NAME=FILE[:FIELD]", "test set whose texts are cut out, jsonl")
        .Reads([this] {
          std::vector<std::string> paths;
          for (const Task& task : decontaminate::ParseTasks(tasks_)) paths.push_back(task.path);
          return paths;
        })
        .Detail(
            "May be repeated. FIELD holds a text or a list of texts; dots lead into objects. "
            "Without it it is that of Megatron's filter_ngrams.py for lambada, squad, "
            "natural_questions, triviaqa, webqa, race, drop, coqa and piqa, else text.")
        .Integer("max-ngram-size", &lengths_.most, 2, KeyLengths::kMost, "words of an n-gram")
        .Integer("min-ngram-size", &lengths_.least, 2, KeyLengths::kMost,
                 "texts of fewer words are not sought")
        .Detail("A text of fewer words than --max-ngram-size is sought as a whole.")
        .Integer("key-threshold", &threshold_, 0, int64_t{1} << 40,
                 "n-grams in so many documents are common, and not sought; 0: all are")
        .Detail(
            "They are counted in a first pass over the input, the whole of it also with --shard; "
            "with 0 there is one pass alone, which also takes a pipe.");
  }

  void DeclareCuts(OptionSet& options) {
    options.Group("Cuts")
        .Choice("mode", &mode_, {"split", "drop", "report"},
                "what becomes of documents with a match")
        .Detail(
            "split: the match and what is round it is cut out, the pieces left are documents with "
            "a split_id. drop: they go. report: they stay as they are and get the field "
            "contamination.")
        .Integer("remove-char-each-side", &cut_.margin, 0, 10000,
                 "characters cut on either side, and on to the end of a sentence")
        .Integer("filter-text-char-len", &cut_.min_piece_chars, 0, 1000000,
                 "only pieces of more characters are kept")
        .Integer("splits-count", &max_pieces_, 1, 9999, "documents of more pieces are dropped")
        .Choice("compat", &compat_, {"none", "megatron"}, "follow a reference tool exactly")
        .Detail(
            "megatron: the places where filter_ngrams.py cuts, and its split_id, which every "
            "document gets; see docs/decontaminate.md.")
        .Text("explain", &explain_, "FILE", "write what was cut out of each text, as jsonl");
  }

  void CheckOptions(const RunContext& context) const {
    if (tasks_.empty()) {
      throw Error(ErrorKind::kUsage,
                  "give the test sets: --task NAME=FILE, for example --task "
                  "lambada=lambada_test.jsonl");
    }
    if (lengths_.least > lengths_.most) {
      throw Error(ErrorKind::kUsage, "--min-ngram-size is larger than --max-ngram-size");
    }
    if (compat() == Compat::kMegatron && context.shard().count > 1) {
      throw Error(ErrorKind::kUsage,
                  "--compat megatron numbers the documents of the whole input and goes with no "
                  "--shard");
    }
    if (threshold_ == 0) return;
    for (const InputRecord& input : context.inputs) {
      if (formats::ProbeInput(input.path).is_regular) continue;
      throw Error(ErrorKind::kUsage,
                  "decontaminate reads its input twice and cannot take a pipe; write it to a file "
                  "first, or give --key-threshold 0",
                  input.path);
    }
  }

  void AddTasks(const RunContext& context, const std::vector<Task>& tasks, NgramKeys* keys) const {
    const std::vector<std::string> names = NamesOf(tasks);
    for (size_t i = 0; i < tasks.size(); ++i) {
      const size_t before = keys->size();
      const auto name = std::find(names.begin(), names.end(), tasks[i].name) - names.begin();
      decontaminate::ReadTask(tasks[i], [&](std::string_view text) {
        keys->AddText(text, static_cast<uint16_t>(name));
        if (keys->bytes() <= context.memory_bytes() / 2) return;
        throw Error(ErrorKind::kResource,
                    "the n-grams of the tasks take more than half of "
                    "--memory; give it more",
                    tasks[i].path);
      });
      context.Say(fmt::format("{}: {} n-grams of task {}", tasks[i].path, keys->size() - before,
                              tasks[i].name));
    }
    if (keys->size() == 0) {
      throw Error(ErrorKind::kInput,
                  fmt::format("no text of the tasks has {} words or more: there is nothing to seek",
                              lengths_.least));
    }
    keys->Index();
  }

  void LeaveOutFrequent(RunContext& context, NgramKeys* keys) const {
    const size_t num_keys = keys->size();
    const size_t left_out =
        keys->LeaveOut(decontaminate::CountKeys(context, *keys, compat()), threshold_);
    if (left_out == 0) return;
    context.Say(fmt::format("{} of {} n-grams are in {} documents or more and are not sought",
                            left_out, num_keys, threshold_));
  }

  // Each once; a task may have several files.
  static std::vector<std::string> NamesOf(const std::vector<Task>& tasks) {
    std::vector<std::string> names;
    for (const Task& task : tasks) {
      const bool is_new = std::find(names.begin(), names.end(), task.name) == names.end();
      if (is_new) names.push_back(task.name);
    }
    return names;
  }

  decontaminate::Rules MakeRules() const {
    decontaminate::Rules rules;
    rules.cut = cut_;
    rules.max_pieces = max_pieces_;
    rules.mode = mode_ == "split" ? Mode::kSplit : mode_ == "drop" ? Mode::kDrop : Mode::kReport;
    rules.compat = compat();
    rules.explain = !explain_.empty();
    return rules;
  }

  Compat compat() const { return compat_ == "megatron" ? Compat::kMegatron : Compat::kNone; }

  std::vector<std::string> tasks_;
  KeyLengths lengths_;
  uint64_t threshold_ = 10;
  decontaminate::CutRules cut_;
  uint64_t max_pieces_ = 10;
  std::string mode_ = "split";
  std::string compat_ = "none";
  std::string explain_;
};

}  // namespace

std::unique_ptr<Stage> MakeDecontaminate() { return std::make_unique<Decontaminate>(); }

}  // namespace owt::stages
