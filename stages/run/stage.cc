// `owt run RECIPE`: the steps of a recipe one after the other, each with its own output, manifest,
// journal and ledger. Neighbouring maps are one step: one parse, N maps, one write.
#include <fmt/format.h>

#include <memory>

#include "formats/run_documents.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/options_parse.h"
#include "pipeline/run_data_stage.h"
#include "pipeline/stage.h"
#include "stages/run/recipe.h"

namespace owt::stages {
namespace {

bool IsMap(const StageEntry& entry) {
  return entry.make != nullptr && entry.make()->MakeMap() != nullptr;
}

// Several maps as one stage. Its options are the members' under "STAGE.".
class Fused : public Stage {
 public:
  Fused(const std::string& path, const std::vector<RecipeStage>& members) {
    for (const RecipeStage& member : members) {
      members_.push_back({std::string(member.entry->name), member.entry->make(), OptionSet()});
      Member& made = members_.back();
      made.stage->Declare(made.options);
      ApplyConfig(member.settings, path, {}, {}, made.options);
    }
  }

  void Declare(OptionSet& options) override {
    for (const Member& member : members_) options.Import(member.name + ".", member.options);
  }

  void Run(RunContext& context) override {
    std::vector<formats::NamedMap> maps;
    for (const Member& member : members_) {
      const OptionSpec* explain = member.options.Find("explain");
      if (explain != nullptr && !explain->get().empty()) {
        throw Error(ErrorKind::kUsage,
                    member.name +
                        ": --explain is for a stage by itself; give it and the one "
                        "before it an output of their own");
      }
      maps.push_back({member.name, member.stage->MakeMap()});
    }
    formats::RunDocuments(context, std::move(maps));
  }

  std::string name() const {
    std::string name;
    for (const Member& member : members_) name += (name.empty() ? "" : "+") + member.name;
    return name;
  }

 private:
  struct Member {
    std::string name;
    std::unique_ptr<Stage> stage;
    OptionSet options;
  };

  std::vector<Member> members_;
};

class RunRecipe : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options").Flag("force", &force_, "run steps whose output is up to date, too");
    options.Example("owt run recipe.toml merged.json clean.jsonl.zst",
                    "the recipe's stages over merged.json");
  }

  void Run(RunContext& context) override {
    if (context.paths.empty()) {
      throw Error(ErrorKind::kUsage, "use: owt run RECIPE [INPUT... OUTPUT]");
    }
    const std::string path = context.paths[0];
    const Recipe recipe =
        ReadRecipe(path, context.stages, IsMap, {context.paths.begin() + 1, context.paths.end()});
    for (const RecipeStep& step : recipe.steps) RunStep(path, recipe, step, context);
  }

 private:
  void RunStep(const std::string& path, const Recipe& recipe, const RecipeStep& step,
               const RunContext& parent) const {
    const StageEntry& first = *step.stages[0].entry;
    if (first.make == nullptr) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("'{}' is not in this build: it needs {}", first.name, first.needs));
    }
    StageEntry entry = first;
    std::unique_ptr<Stage> stage;
    std::string name;
    if (step.stages.size() > 1) {
      auto fused = std::make_unique<Fused>(path, step.stages);
      name = fused->name();
      entry.name = name;
      stage = std::move(fused);
    } else {
      stage = first.make();
    }
    RunContext context;
    OptionSet options;
    context.stage = &entry;
    context.stages = parent.stages;
    context.options = &options;
    DeclareAll(entry, *stage, context.common, options);
    ApplyConfig(recipe.common, path, {}, {}, options);
    if (step.stages.size() == 1) ApplyConfig(step.stages[0].settings, path, {}, {}, options);
    context.common.force |= force_;
    RunDataStage(*stage, step.inputs, step.output, context);
  }

  bool force_ = false;
};

}  // namespace

std::unique_ptr<Stage> MakeRun() { return std::make_unique<RunRecipe>(); }

}  // namespace owt::stages
