#include "stages/why/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "formats/document.h"
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

}  // namespace

std::string ReasonOfMaps(const Manifest& manifest, std::string_view line,
                         const RunContext& context) {
  Buffer padded;
  padded.Append(line);
  DocumentParser parser({OptionOf(manifest, "text-key"), OptionOf(manifest, "url-key")});
  Document document;
  if (!parser.Parse(padded.view(), &document).empty()) return "";
  const bool is_fused = manifest.stage.find('+') != std::string::npos;
  for (std::string_view rest = manifest.stage; !rest.empty();) {
    const size_t plus = std::min(rest.find('+'), rest.size());
    const std::string name(rest.substr(0, plus));
    rest.remove_prefix(std::min(plus + 1, rest.size()));
    const StageEntry* entry = FindStage(context, name);
    if (entry == nullptr) return "";
    const std::unique_ptr<Stage> stage = entry->make();
    OptionSet options;
    stage->Declare(options);
    for (const OptionSpec& spec : options.specs()) {
      const auto found = manifest.options.find(is_fused ? name + "." + spec.name : spec.name);
      if (found != manifest.options.end() && found->second != spec.get()) {
        SetOption(spec, found->second);
      }
    }
    const std::unique_ptr<MapTransform> map = stage->MakeMap();
    if (map == nullptr) return "";
    const Verdict verdict = map->Apply(document);
    if (verdict.keep()) continue;
    return is_fused ? fmt::format("{}:{}", name, verdict.drop_reason)
                    : std::string(verdict.drop_reason);
  }
  return "";
}

}  // namespace owt::why
