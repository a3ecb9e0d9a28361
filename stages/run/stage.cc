// `owt run RECIPE`: the steps of a recipe one after the other, each with its own output, manifest,
// journal and ledger. Neighbouring maps are one step: one parse, N maps, one write.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "formats/run_documents.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
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

// What one run with one output has, and several passes have not.
constexpr const char* kOfOnePass[] = {"shard", "quarantine", "dropped", "stats", "resume"};

void RefuseOfOnePass(const OptionSet& options, const std::string& path) {
  for (const char* name : kOfOnePass) {
    const OptionSpec& spec = *options.Find(name);
    if (spec.get() == spec.fallback) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("--{} is for one pass, and the recipe has several; leave it out, or "
                            "set it in the [[stage]] of a pass with one stage",
                            name),
                path);
  }
}

void SayPaths(const RecipeStep& step) {
  Fd out(dup(STDOUT_FILENO), "standard output");
  for (const std::string& input : step.inputs) out.Write(fmt::format("reads {}\n", input));
  out.Write(fmt::format("writes {}\n", step.output));
}

class RunRecipe : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Example("owt run recipe.toml merged.json clean.jsonl.zst",
                    "the recipe's stages over merged.json");
    options.Example("owt run -j 4 recipe.toml", "over the recipe's own input, on four threads");
  }

  void Run(RunContext& context) override {
    if (context.paths.empty()) throw Error(ErrorKind::kUsage, kUsage);
    const std::string path = context.paths[0];
    std::vector<std::string> inputs(context.paths.begin() + 1, context.paths.end());
    std::string output = context.common.output;
    if (output.empty() && !inputs.empty()) {
      if (inputs.size() == 1) throw Error(ErrorKind::kUsage, kUsage);
      output = inputs.back();
      inputs.pop_back();
    }
    const Recipe recipe =
        ReadRecipe(path, context.stages, IsMap, std::move(inputs), std::move(output));
    for (const RecipeStep& step : recipe.steps) RunStep(path, recipe, step, context);
  }

 private:
  static constexpr const char* kUsage = "use: owt run RECIPE [INPUT... OUTPUT]";

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
    const bool is_fused = step.stages.size() > 1;
    if (is_fused) {
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
    // From the weakest on: owt.toml, [run], the [[stage]] of a pass, the command line.
    context.common = parent.common;
    context.common.output.clear();
    ApplyConfig(recipe.common, path, parent.given, {}, options);
    if (recipe.steps.size() > 1) RefuseOfOnePass(options, path);
    if (!is_fused) ApplyConfig(step.stages[0].settings, path, parent.given, {}, options);
    if (context.common.dry_run && &step != &recipe.steps.front()) return SayPaths(step);
    RunDataStage(*stage, step.inputs, step.output, context);
  }
};

}  // namespace

std::unique_ptr<Stage> MakeRun() { return std::make_unique<RunRecipe>(); }

}  // namespace owt::stages
