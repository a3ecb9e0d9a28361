// `owt cleanup`: repairs texts as ftfy does (clean_text.h) and drops those of too few tokens
// (token_minimum.h).
#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "formats/document.h"
#include "formats/explained_sink.h"
#include "formats/line_source.h"
#include "formats/run_documents.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/stage.h"
#include "stages/cleanup/clean_text.h"
#include "stages/cleanup/explain.h"
#include "stages/cleanup/explain_transform.h"
#include "stages/cleanup/fix_tasks.h"
#include "stages/cleanup/repair_options.h"
#include "stages/cleanup/token_minimum.h"
#include "stages/text/utf8.h"

namespace owt::stages {
namespace {

class CleanupMap : public MapTransform {
 public:
  CleanupMap(const cleanup::CleanOptions& options, const cleanup::FixTasks& tasks,
             uint64_t min_tokens)
      : options_(options),
        cleaner_(options),
        tasks_(tasks),
        min_tokens_(min_tokens),
        model_(formats::Gpt2Vocab::Embedded()) {}

  Verdict Apply(Document& document) const override {
    std::string text;
    if (tasks_.any()) {
      text = document.text();
      const std::string_view reason = cleanup::RunFixTasks(tasks_, cleaner_, &text);
      if (!reason.empty()) return Verdict::Drop(reason);
      if (text != document.text()) document.SetText(std::move(text));
    } else if (cleaner_.Clean(document.text(), &text)) {
      document.SetText(std::move(text));
    }
    const bool enough = cleanup::ReachesTokens(document.text(), min_tokens_, &encoders_.local());
    return enough ? Verdict::Keep() : Verdict::Drop("too_few_tokens");
  }

  Explanation Explain(Document& document) const override {
    const std::string before(document.text());
    std::vector<cleanup::SegmentPlan> segments;
    if (std::string cleaned; !tasks_.any()) cleaner_.Clean(before, &cleaned, &segments);
    const Verdict verdict = Apply(document);
    if (verdict.drop_reason == "too_few_tokens") {
      const uint64_t tokens = encoders_.local().CountTokens(document.text()) + 1;
      return {verdict, fmt::format("{} tokens with the end of the document, at least {}", tokens,
                                   min_tokens_)};
    }
    if (!verdict.keep()) {
      return {verdict, fmt::format("{} characters", text::CountCodePoints(before))};
    }
    return {verdict, cleanup::PlansText(segments)};
  }

  bool replaces_surrogates() const override { return options_.fix_surrogates; }

 private:
  using Encoders = oneapi::tbb::enumerable_thread_specific<text::BpeEncoder>;

  cleanup::CleanOptions options_;
  cleanup::TextCleaner cleaner_;
  cleanup::FixTasks tasks_;
  uint64_t min_tokens_;
  text::BpeModel model_;
  mutable Encoders encoders_{std::cref(model_)};  // caches; they do not decide any count
};

class Cleanup : public Stage {
 public:
  void Declare(OptionSet& options) override {
    repairs_.Declare(options);
    options.Text("explain", &explain_, "FILE", "write what was done to each text, as jsonl")
        .Detail(
            "A line a changed text, with the plan of each changed segment in the form of ftfy's "
            "explanations. Replayed on the segment it gives the text of the output.");
    options.Group("Tasks of Megatron's cleanup_fix_dataset.py")
        .List("task", &tasks_, "TASK", "do this task in place of the repairs; several may be given")
        .Detail(
            "remove_512 drops texts of fewer than 512 characters, remove_256_javascript those of "
            "fewer than 256 with the word javascript; ftfy_fix_text repairs as above; "
            "general_cleaning makes spaces, and line feeds behind a word, one space. As in the "
            "script the first task of this order that applies is the only one done to a text.");
    options.Group("Short texts")
        .Integer("min-tokens", &min_tokens_, 0, 1000000, "drop texts with fewer GPT-2 tokens")
        .Detail(
            "Counted as Megatron's cleanup does: the end-of-document token is one of them, and "
            "a text of 8 characters a token asked for passes uncounted. 0 keeps all texts.");
    options.Example("owt cleanup merged.json cleaned.json",
                    "repairs texts, drops those below 128 tokens");
    options.Example("owt cleanup --preset llm --explain why.jsonl merged.json cleaned.json",
                    "as FineWeb-2 does; says what was repaired, and how");
    options.Example("owt cleanup --min-tokens 0 merged.json",
                    "repairs only; writes merged.cleanup.json");
  }

  std::unique_ptr<MapTransform> MakeMap() override {
    return std::make_unique<CleanupMap>(repairs_.Make(), cleanup::ParseFixTasks(tasks_),
                                        min_tokens_);
  }

  void Run(RunContext& context) override {
    if (explain_.empty()) return formats::RunDocuments(context, MakeMap());
    if (!tasks_.empty()) {
      throw Error(ErrorKind::kUsage, "--explain is for the repairs and goes with no --task");
    }
    formats::LineSource source(context);
    const cleanup::ExplainTransform transform(context, MakeMap(), repairs_.Make());
    formats::ExplainedSink sink(context, explain_);
    RunFlow(context, source, transform, sink);
  }

 private:
  cleanup::RepairOptions repairs_;
  std::string explain_;
  std::vector<std::string> tasks_;
  uint64_t min_tokens_ = 128;
};

}  // namespace

std::unique_ptr<Stage> MakeCleanup() { return std::make_unique<Cleanup>(); }

}  // namespace owt::stages
