#include "trainer/origin.h"

#include <fmt/format.h>

#include <filesystem>

#include "pipeline/error.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/checkpoint/stored_model.h"

namespace owt::trainer {
namespace {

std::string NewestOf(const std::string& save,
                     const std::function<void(std::string_view line)>& log) {
  FoundCheckpoint found = FindCheckpoint(save);
  for (const std::string& damaged : found.damaged) {
    log(fmt::format("passing over a damaged checkpoint: {}", damaged));
  }
  if (found.path.empty() && !found.damaged.empty()) {
    throw Error(ErrorKind::kInput, "no checkpoint here is whole; name another folder to start over",
                save);
  }
  return std::move(found.path);
}

}  // namespace

Origin FindOrigin(const TrainConfig& config,
                  const std::function<void(std::string_view line)>& log) {
  if (!config.save.empty()) {
    std::string newest = NewestOf(config.save, log);
    if (!newest.empty()) return {std::move(newest), /*is_saved=*/true, /*parameters_only=*/false};
  }
  if (config.load.empty()) return {};
  std::string loaded = ResolveCheckpoint(config.load);
  if (!config.finetune &&
      !std::filesystem::exists(std::filesystem::path(loaded) / kOptimizerFile)) {
    throw Error(ErrorKind::kUsage,
                "it holds parameters, but no state of a run to go on with; --finetune begins a new "
                "run with them",
                loaded);
  }
  return {std::move(loaded), /*is_saved=*/false, config.finetune};
}

void TakeModel(const Origin& origin, TrainConfig* config) {
  if (origin.checkpoint.empty()) return;
  ModelConfig theirs = OpenStoredModel(origin.checkpoint).config;
  theirs.dropout = config->model.dropout;
  if (config->load.empty() && theirs != config->model) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("it holds a model of {} layers, hidden size {}, {} heads, {} "
                    "positions and {} ids, not the one asked for",
                    theirs.layers, theirs.hidden, theirs.heads, theirs.positions, theirs.vocab),
        origin.checkpoint);
  }
  config->model = theirs;
  const auto tokenizer = std::filesystem::path(origin.checkpoint) / kTokenizerFiles[0];
  if (config->tokenizer.empty() && std::filesystem::exists(tokenizer)) {
    config->tokenizer = tokenizer.string();
  }
}

}  // namespace owt::trainer
