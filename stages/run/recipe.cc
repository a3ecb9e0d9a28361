#include "stages/run/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "pipeline/error.h"

namespace owt::stages {
namespace {

std::optional<ConfigValue> Take(ConfigSection& section, std::string_view key) {
  const auto found = std::find_if(section.values.begin(), section.values.end(),
                                  [key](const ConfigValue& value) { return value.key == key; });
  if (found == section.values.end()) return std::nullopt;
  ConfigValue value = std::move(*found);
  section.values.erase(found);
  return value;
}

const StageEntry& FindEntry(const std::string& name, uint32_t line, const std::string& path,
                            std::span<const StageEntry> stages) {
  std::vector<std::string> names;
  for (const StageEntry& stage : stages) {
    if (stage.name == name && stage.paths == PathRule::kInputsToOutput) return stage;
    if (stage.paths == PathRule::kInputsToOutput) names.emplace_back(stage.name);
  }
  const std::string nearest = NearestName(name, names);
  throw Error(ErrorKind::kUsage,
              fmt::format("there is no data stage '{}'{}", name,
                          nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)),
              path, line);
}

// Gives every step its inputs and its output.
void Connect(const std::string& path, std::vector<std::string> inputs, const std::string& output,
             Recipe* recipe) {
  if (recipe->steps.empty()) throw Error(ErrorKind::kUsage, "the recipe has no [[stage]]", path);
  if (inputs.empty()) {
    throw Error(ErrorKind::kUsage, "no input: give `input` under [run] or paths behind the recipe",
                path);
  }
  if (recipe->steps.back().output.empty()) recipe->steps.back().output = output;
  for (RecipeStep& step : recipe->steps) {
    if (step.output.empty()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("the pass that ends with '{}' has no output; give its [[stage]] one",
                              step.stages.back().entry->name),
                  path, step.stages.back().settings.line);
    }
    step.inputs = std::move(inputs);
    inputs = {step.output};
  }
}

}  // namespace

Recipe ReadRecipe(const std::string& path, std::span<const StageEntry> stages,
                  bool (*is_map)(const StageEntry&), std::vector<std::string> inputs,
                  std::string output) {
  Recipe recipe;
  const std::string typed_output = output;
  bool open = false;  // the last step can take another map
  for (ConfigSection& section : ReadConfig(path)) {
    if (section.name == "run") {
      const auto own_inputs = Take(section, "input");
      const auto own_output = Take(section, "output");
      if (own_inputs && inputs.empty()) inputs = own_inputs->values;
      if (own_output && output.empty()) output = own_output->values.at(0);
      recipe.common = std::move(section);
      continue;
    }
    if (section.name != "stage") {
      throw Error(ErrorKind::kUsage,
                  fmt::format("a recipe has [run] and [[stage]], not [{}]", section.name), path,
                  section.line);
    }
    const auto name = Take(section, "name");
    if (!name.has_value()) {
      throw Error(ErrorKind::kUsage, "this [[stage]] has no name", path, section.line);
    }
    const StageEntry& entry = FindEntry(name->values.at(0), name->line, path, stages);
    const auto own_output = Take(section, "output");
    if (!open || !is_map(entry)) recipe.steps.emplace_back();
    RecipeStep& step = recipe.steps.back();
    step.stages.push_back({&entry, std::move(section)});
    if (own_output.has_value()) step.output = own_output->values.at(0);
    open = is_map(entry) && !own_output.has_value();
  }
  if (!typed_output.empty() && !recipe.steps.empty()) recipe.steps.back().output = typed_output;
  Connect(path, std::move(inputs), output, &recipe);
  return recipe;
}

}  // namespace owt::stages
