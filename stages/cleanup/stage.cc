// `owt cleanup`: repairs texts as ftfy does (clean_text.h) and drops those of too few tokens
// (token_minimum.h).
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/run_documents.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/stage.h"
#include "stages/cleanup/cleanup_map.h"
#include "stages/cleanup/explain.h"
#include "stages/cleanup/fix_tasks.h"
#include "stages/cleanup/repair_options.h"

namespace owt::stages {
namespace {

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
            "fewer than 256 with the word javascript, remove_512_non_english those of fewer than "
            "512 in another language than English, which is what owt langdetect wrote beside "
            "them before; ftfy_fix_text repairs as above; general_cleaning makes spaces, and line "
            "feeds behind a word, one space. As in the script the first task of this order that "
            "applies is the only one done to a text.");
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
    return std::make_unique<cleanup::CleanupMap>(MakeRules());
  }

  void Run(RunContext& context) override {
    if (explain_.empty()) return formats::RunDocuments(context, MakeMap());
    if (!tasks_.empty()) {
      throw Error(ErrorKind::kUsage, "--explain is for the repairs and goes with no --task");
    }
    auto map = std::make_unique<cleanup::CleanupMap>(MakeRules());
    const auto explain = [&cleanup = *map](std::string_view original, const Document&,
                                           const Verdict&, std::string* members) {
      if (cleanup.last_plans().empty()) return;
      *members += "\"segments\":";
      cleanup::AppendPlans(original, cleanup.last_plans(), members);
    };
    formats::RunExplained(context, std::move(map), explain_, explain);
  }

 private:
  cleanup::CleanupRules MakeRules() const {
    return {repairs_.Make(), cleanup::ParseFixTasks(tasks_), min_tokens_, !explain_.empty()};
  }

  cleanup::RepairOptions repairs_;
  std::string explain_;
  std::vector<std::string> tasks_;
  uint64_t min_tokens_ = 128;
};

}  // namespace

std::unique_ptr<Stage> MakeCleanup() { return std::make_unique<Cleanup>(); }

}  // namespace owt::stages
