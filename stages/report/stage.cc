// `owt report`: the waterfall of a corpus: documents and bytes after each stage, and why the others
// left. Reads manifests; those of a corpus directory in the order of owt.toml.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/manifest.h"
#include "pipeline/stage.h"

namespace owt::stages {
namespace {

std::string BytesText(uint64_t bytes) {
  if (bytes < 10000) return fmt::format("{} B", bytes);
  if (bytes < 10000000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string Row(const Manifest& manifest) {
  const Tally& tally = manifest.tally;
  uint64_t bytes = 0;
  for (const OutputRecord& output : manifest.outputs) bytes += output.bytes;
  std::string text =
      fmt::format("{:<12} {:>12} {:>12} {:>12} {:>12} {:>12}\n", manifest.stage, tally.in,
                  tally.out, tally.num_dropped(), tally.num_quarantined(), BytesText(bytes));
  for (const auto& [reason, count] : tally.dropped) {
    text += fmt::format("{:<12} {:>12} {:>12} {:>12}   {}\n", "", "", "", count, reason);
  }
  for (const auto& [reason, count] : tally.quarantined) {
    text += fmt::format("{:<12} {:>12} {:>12} {:>12} {:>12}   {}\n", "", "", "", "", count, reason);
  }
  return text;
}

class Report : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Example("owt report", "in a corpus directory: the waterfall of its stages");
    options.Example("owt report a.jsonl.manifest.json", "the account of one run");
  }

  void Run(RunContext& context) override {
    std::vector<std::string> manifests = context.paths;
    if (manifests.empty()) manifests = CorpusManifests("");
    if (manifests.empty()) {
      throw Error(ErrorKind::kInput, "no manifest here yet; run a stage first");
    }
    std::string text = fmt::format("{:<12} {:>12} {:>12} {:>12} {:>12} {:>12}\n", "stage", "in",
                                   "out", "dropped", "quarantined", "bytes");
    for (const std::string& path : manifests) text += Row(ReadManifest(path));
    Fd(dup(STDOUT_FILENO), "standard output").Write(text);
  }
};

}  // namespace

std::unique_ptr<Stage> MakeReport() { return std::make_unique<Report>(); }

}  // namespace owt::stages
