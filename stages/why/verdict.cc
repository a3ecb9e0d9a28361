#include "stages/why/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "formats/document.h"
#include "formats/document_map.h"
#include "pipeline/buffer.h"
#include "pipeline/error.h"
#include "pipeline/stage.h"

namespace owt::why {
namespace {

const StageEntry* FindStage(const RunContext& context, std::string_view name) {
  for (const StageEntry& entry : context.stages) {
    if (entry.name == name && entry.make != nullptr) return &entry;
  }
  return nullptr;
}

// Sets an option to what a manifest says of it; lists stand there with commas.
void SetOption(const OptionSpec& spec, std::string_view text) {
  if (!spec.repeats) return spec.set(text);
  spec.clear();
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    spec.set(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
}

std::string OptionOf(const Manifest& manifest, const std::string& name) {
  const auto found = manifest.options.find(name);
  return found == manifest.options.end() ? "" : found->second;
}

// The maps of a run with the options of its manifest, and the stages that made them, on which they
// may depend. No map where one of the stages is none.
struct Maps {
  std::vector<std::unique_ptr<Stage>> stages;
  std::vector<formats::NamedMap> maps;
};

Maps MapsOf(const Manifest& manifest, const RunContext& context) {
  Maps made;
  const bool is_fused = manifest.stage.find('+') != std::string::npos;
  for (std::string_view rest = manifest.stage; !rest.empty();) {
    const size_t plus = std::min(rest.find('+'), rest.size());
    const std::string name(rest.substr(0, plus));
    rest.remove_prefix(std::min(plus + 1, rest.size()));
    const StageEntry* entry = FindStage(context, name);
    if (entry == nullptr) return {};
    made.stages.push_back(entry->make());
    Stage& stage = *made.stages.back();
    OptionSet options;
    stage.Declare(options);
    for (const OptionSpec& spec : options.specs()) {
      const auto found = manifest.options.find(is_fused ? name + "." + spec.name : spec.name);
      if (found != manifest.options.end() && found->second != spec.get()) {
        SetOption(spec, found->second);
      }
    }
    made.maps.push_back({name, stage.MakeMap()});
    if (made.maps.back().map == nullptr) return {};
  }
  return made;
}

}  // namespace

bool HasMaps(const Manifest& manifest, const RunContext& context) {
  return !MapsOf(manifest, context).maps.empty();
}

Answer AskMaps(const Manifest& manifest, std::string_view line, const RunContext& context) {
  const Maps made = MapsOf(manifest, context);
  const std::vector<formats::NamedMap>& maps = made.maps;
  if (maps.empty()) return {};
  Buffer padded;
  padded.Append(line);
  DocumentParser parser({OptionOf(manifest, "text-key"), OptionOf(manifest, "url-key")},
                        maps[0].map->replaces_surrogates());
  Document document;
  if (!parser.Parse(padded.view(), &document).empty()) return {};
  const auto named = [&maps](const std::string& stage, std::string_view colon,
                             std::string_view text) {
    return maps.size() > 1 ? fmt::format("{}{}{}", stage, colon, text) : std::string(text);
  };
  Answer answer;
  for (const auto& [stage, map] : maps) {
    Explanation explanation = map->Explain(document);
    if (!explanation.verdict.keep()) {
      return {named(stage, ":", explanation.verdict.drop_reason), std::move(explanation.details)};
    }
    if (explanation.details.empty()) continue;
    if (!answer.details.empty()) answer.details += "; ";
    answer.details += named(stage, ": ", explanation.details);
  }
  return answer;
}

}  // namespace owt::why
