// `owt why ADDRESS`: what each stage of a corpus did with one document, from the outputs, manifests
// and side files that the stages left; a map's verdict is found by asking it again.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/provenance.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/manifest.h"
#include "pipeline/output_file.h"
#include "pipeline/side_file.h"
#include "pipeline/stage.h"
#include "stages/why/change.h"
#include "stages/why/find_record.h"
#include "stages/why/verdict.h"

namespace owt::stages {
namespace {

using why::FoundRecord;
using why::Query;

std::string PlaceText(const FoundRecord& found) {
  return fmt::format("{}, byte {}", found.path, found.offset);
}

std::string Option(const Manifest& manifest, const std::string& name) {
  const auto found = manifest.options.find(name);
  return found == manifest.options.end() ? "" : found->second;
}

// Behind what it explains.
std::string Details(const why::Answer& answer) {
  return answer.details.empty() ? "" : ": " + answer.details;
}

// "too_few_tokens 12, language 3"
std::string Reasons(const Tally& tally) {
  std::string text;
  for (const auto* reasons : {&tally.dropped, &tally.quarantined}) {
    for (const auto& [reason, count] : *reasons) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reason, count);
    }
  }
  return text;
}

class Why : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Text("field", &field_, "NAME", "the field of the records that holds what is asked for")
        .Detail("A text or a number. In a URL list it is the line up to a tab.");
    options.Example("owt why https://example.org/page",
                    "in a corpus directory: what became of this page, stage by stage");
    options.Example("owt why --field id 4711 merged.json cleaned.json en.json",
                    "the record with that id in these outputs");
  }

  void Run(RunContext& context) override {
    if (context.paths.empty()) throw Error(ErrorKind::kUsage, "use: owt why ADDRESS [OUTPUT...]");
    query_ = {field_, context.paths[0]};
    std::vector<std::string> manifests;
    for (size_t i = 1; i < context.paths.size(); ++i) {
      const std::string& path = context.paths[i];
      manifests.push_back(path.ends_with(".manifest.json") ? path : ManifestPath(path));
    }
    if (manifests.empty()) manifests = CorpusManifests("");
    if (manifests.empty()) {
      throw Error(ErrorKind::kInput,
                  "no manifest here; run this in a corpus directory, or name the stages' outputs");
    }
    std::string text;
    for (const std::string& path : manifests) {
      const Manifest manifest = ReadManifest(path);
      const std::string what = WhatBecame(path, manifest, context);
      if (!what.empty()) text += fmt::format("{:<12} {}\n", manifest.stage, what);
    }
    if (text.empty()) {
      throw Error(ErrorKind::kInput,
                  fmt::format("none of {} stages has left a record whose {} is {}",
                              manifests.size(), field_, query_.value));
    }
    Fd(dup(STDOUT_FILENO), "standard output").Write(text);
  }

 private:
  // Empty for a stage that did not see the document, as far as its files tell.
  std::string WhatBecame(const std::string& path, const Manifest& manifest, RunContext& context) {
    std::vector<std::string> inputs, outputs;
    for (const InputRecord& input : manifest.inputs) {
      inputs.push_back(PlaceOf(input.path, path, manifest));
    }
    for (const OutputRecord& output : manifest.outputs) {
      outputs.push_back(PlaceOf(output.path, path, manifest));
    }
    if (outputs.empty() || outputs[0].ends_with(".bin")) return AmongTokens(outputs);
    if (!last_) last_ = LookFor(inputs, context);
    if (auto found = LookFor(outputs, context)) {
      std::string change = last_ ? why::ChangeText(manifest, *last_, *found, context) : "";
      if (last_ && last_->line != found->line && !why::HasMaps(manifest, context)) {
        change += Explained(path, manifest, context, "; explained: ");
      }
      last_ = std::move(found);
      is_lost_ = false;
      return "kept: " + PlaceText(*last_) + change;
    }
    std::string reason = ReasonOnRecord(path, manifest, context);
    if (reason.empty() && last_ && !is_lost_) {
      reason = std::all_of(outputs.begin(), outputs.end(), FileExists)
                   ? ReasonFound(path, manifest, context)
                   : "not known: some of its outputs are no longer here";
    }
    if (!reason.empty()) is_lost_ = true;
    return reason;
  }

  // In files that were not searched before.
  std::optional<FoundRecord> LookFor(std::vector<std::string> files, RunContext& context) {
    std::erase_if(files,
                  [this](const std::string& file) { return !searched_.insert(file).second; });
    return FindRecord(files, query_, &Query::Means, context);
  }

  // Where the document is in a dataset.
  std::string AmongTokens(const std::vector<std::string>& files) const {
    if (!last_ || is_lost_) return "";
    for (const std::string& file : files) {
      if (!file.ends_with(".provenance") || !FileExists(file)) continue;
      const formats::Provenance provenance(file);
      for (uint64_t d = 0; d < provenance.num_documents(); ++d) {
        if (provenance.Of(d).url != query_.value) continue;
        return fmt::format("kept: document {} of {}", d,
                           file.substr(0, file.size() - std::strlen(".provenance")));
      }
    }
    return "made tokens of what it got; owt encode --provenance says which document is whose";
  }

  // From the lists of records that went.
  std::string ReasonOnRecord(const std::string& path, const Manifest& manifest,
                             RunContext& context) const {
    const std::string quarantine = Option(manifest, "quarantine");
    const std::string bad_lines =
        quarantine.empty() ? QuarantineBeside(manifest.output) : quarantine;
    for (const auto& [file, what] :
         {std::pair{bad_lines, "quarantined"}, std::pair{Option(manifest, "dropped"), "dropped"}}) {
      if (file.empty()) continue;
      const auto side =
          FindRecord({PlaceOf(file, path, manifest)}, query_, &Query::MeansRecordOf, context);
      if (!side) continue;
      const std::string reason = fmt::format("{}: {}", what, why::ReasonOf(side->line));
      if (!last_ || is_lost_) return reason;
      return reason + Details(why::AskMaps(manifest, last_->line, context));
    }
    return "";
  }

  // What the stage wrote about the document itself, behind `heading`, or nothing.
  std::string Explained(const std::string& path, const Manifest& manifest, RunContext& context,
                        std::string_view heading) const {
    const std::string explain = Option(manifest, "explain");
    if (explain.empty()) return "";
    const auto side =
        FindRecord({PlaceOf(explain, path, manifest)}, query_, &Query::Means, context);
    return side ? std::string(heading) + side->line : "";
  }

  // For a document that the stages before kept: from its maps, from what it explained, or from its
  // counts.
  std::string ReasonFound(const std::string& path, const Manifest& manifest,
                          RunContext& context) const {
    const why::Answer answer = why::AskMaps(manifest, last_->line, context);
    if (!answer.reason.empty()) {
      return fmt::format("dropped: {}{} (by asking it again)", answer.reason, Details(answer));
    }
    const std::string explained = Explained(path, manifest, context, "explained: ");
    if (!explained.empty()) return explained;
    const std::string reasons = Reasons(manifest.tally);
    if (reasons.empty()) return "";
    return fmt::format(
        "not in its output; it dropped {}. Run it with --dropped FILE to have each "
        "record with its reason",
        reasons);
  }

  std::string field_ = "url";
  Query query_;
  std::optional<FoundRecord> last_;  // in the latest stage that has it
  std::set<std::string> searched_;
  bool is_lost_ = false;
};

}  // namespace

std::unique_ptr<Stage> MakeWhy() { return std::make_unique<Why>(); }

}  // namespace owt::stages
