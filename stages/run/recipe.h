#pragma once

#include <span>
#include <string>
#include <vector>

#include "pipeline/config.h"
#include "pipeline/stage.h"

namespace owt::stages {

// A stage of a recipe with its settings.
struct RecipeStage {
  const StageEntry* entry = nullptr;
  ConfigSection settings;  // without `name` and `output`
};

// Stages that run in one pass: neighbouring maps, or one stage of another kind.
struct RecipeStep {
  std::vector<RecipeStage> stages;
  std::vector<std::string> inputs;
  std::string output;
};

struct Recipe {
  ConfigSection common;  // of [run], without `input` and `output`
  std::vector<RecipeStep> steps;
};

// Reads a recipe:
//   [run]
//   input = ["merged.json"]   # one or several paths
//   output = "clean.jsonl"    # of the last step
//   workers = 2               # any common option; those of the command line win
//   [[stage]]
//   name = "cleanup"          # then its options; `output` ends a pass here and names its file
// `is_map` tells which stages can be fused. `inputs` and `output`, where they are not empty,
// replace those of the recipe. Throws Error{kUsage} with file and line.
Recipe ReadRecipe(const std::string& path, std::span<const StageEntry> stages,
                  bool (*is_map)(const StageEntry&), std::vector<std::string> inputs,
                  std::string output);

}  // namespace owt::stages
