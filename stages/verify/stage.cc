// `owt verify PATH...`: whether artefacts are what they promise to be. One line for each on stdout;
// exit code 3 with every problem named when one is not.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "formats/file_kind.h"
#include "formats/indexed_dataset.h"
#include "formats/token_format.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/manifest.h"
#include "pipeline/output_file.h"
#include "pipeline/stage.h"
#include "stages/verify/repair_dataset.h"
#include "stages/verify/verify_dataset.h"
#include "stages/verify/verify_lines.h"
#include "stages/verify/verify_manifest.h"
#include "stages/verify/verify_tokens.h"

namespace owt::stages {
namespace {

using formats::FileKind;
using verify::Finding;
namespace fs = std::filesystem;

bool IsArtefact(const std::string& path) {
  if (path.ends_with(".manifest.json") || path.ends_with(".idx") || path.ends_with(".ds")) {
    return true;
  }
  return path.ends_with(".bin") && formats::ProbeTokenFormat(path) == formats::TokenFormat::kLlmc;
}

// What can be verified in a folder: manifests and tokens, in byte order of their names.
std::vector<std::string> ArtefactsBelow(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error), end;
  for (; !error && entry != end; entry.increment(error)) {
    const std::string path = entry->path().string();
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (hidden && entry->is_directory()) entry.disable_recursion_pending();
    if (!hidden && IsArtefact(path)) paths.push_back(path);
  }
  if (error) throw Error(ErrorKind::kInput, "cannot list: " + error.message(), folder);
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) {
    throw Error(ErrorKind::kInput, "holds neither a manifest nor files of tokens", folder);
  }
  return paths;
}

class Verify : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Integer("vocab-size", &rules_.vocab_size, 0, INT32_MAX, "tokens must be below this")
        .Detail("0 stands for GPT-2's 50257 where tokens are uint16, for no limit where int32.")
        .Integer("eod", &rules_.eod, 0, INT32_MAX, "token to count at the end of documents")
        .Flag("repair", &repair_, "write a damaged .idx anew where what is left says what it was")
        .Detail(
            "From its own lengths where they add up to the .bin, else from the .bin where every "
            "document ends with --eod. No .bin and no good .idx is touched.")
        .Text("text-key", &keys_.text, "KEY", "field that holds the text of a document")
        .Text("url-key", &keys_.url, "KEY", "field that holds its address");
    options.Example("owt verify corpus/", "all manifests and datasets of a corpus directory");
    options.Example("owt verify", "the same, in the corpus directory");
    options.Example("owt verify my-gpt2_text_document.idx", "every equation of .bin and .idx");
    options.Example("owt verify clean.json", "against its manifest, clean.json.manifest.json");
  }

  void Run(RunContext& context) override {
    if (context.paths.empty() && FileExists("owt.toml")) context.paths = {"."};
    if (context.paths.empty()) {
      throw Error(ErrorKind::kUsage,
                  "no path; use: owt verify PATH..., or run it in a corpus directory");
    }
    std::vector<std::string> paths;
    for (const std::string& path : context.paths) {
      if (fs::is_directory(path) && !FileExists(ManifestPath(path))) {
        const auto found = ArtefactsBelow(path);
        paths.insert(paths.end(), found.begin(), found.end());
      } else {
        paths.push_back(path);
      }
    }
    Fd out(dup(STDOUT_FILENO), "standard output");
    size_t num_failed = 0;
    for (const std::string& path : paths) {
      if (context.cancelled()) throw Error(ErrorKind::kInterrupted, "interrupted; nothing is lost");
      Finding finding = TryVerify(path, context);
      if (repair_ && finding.num_problems != 0) Repair(path, context, &finding);
      num_failed += finding.num_problems != 0 ? 1 : 0;
      out.Write(Text(path, finding));
    }
    if (num_failed != 0) {
      throw Error(ErrorKind::kRejected,
                  fmt::format("{} of {} artefacts failed", num_failed, paths.size()));
    }
  }

 private:
  // Where the index was written anew, what counts is what is found then.
  void Repair(const std::string& path, RunContext& context, Finding* finding) {
    const auto pair = formats::IndexedDatasetPaths::Of(path);
    if (!FileExists(pair.bin) || !(path.ends_with(".idx") || FileExists(pair.idx))) return;
    try {
      const std::string done = verify::RepairDataset(path, rules_.eod);
      *finding = TryVerify(path, context);
      finding->notes.push_back(done);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      finding->notes.push_back(error.what());
    }
  }

  // A file that cannot even be read has failed, and the next is still to be looked at.
  Finding TryVerify(const std::string& path, RunContext& context) {
    try {
      return VerifyPath(path, context);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      Finding finding;
      finding.Problem(error.what());
      return finding;
    }
  }

  Finding VerifyPath(const std::string& path, RunContext& context) {
    const std::string manifest = ManifestPath(path);
    if (FileExists(manifest)) return verify::VerifyManifest(manifest, chain_);
    switch (formats::ProbeFileKind(path)) {
      case FileKind::kIndexedDataset:
        return verify::VerifyDataset(path, rules_);
      case FileKind::kTokens:
        return verify::VerifyTokens(path, rules_);
      case FileKind::kManifest:
        return verify::VerifyManifest(path, chain_);
      case FileKind::kDocuments:
        return verify::VerifyDocuments(path, keys_, context);
      case FileKind::kSideLines:
        return verify::VerifySideLines(path, context);
      case FileKind::kUrlList:
      case FileKind::kUnknown:
        break;
    }
    throw Error(ErrorKind::kInput,
                "has no manifest beside it and is none of: indexed dataset, manifest, jsonl", path);
  }

  static std::string Text(const std::string& path, const Finding& finding) {
    std::string text = finding.num_problems == 0
                           ? fmt::format("ok      {}: {}\n", path, finding.summary)
                           : fmt::format("FAILED  {}\n", path);
    for (const std::string& problem : finding.problems) text += fmt::format("  {}\n", problem);
    const uint64_t more = finding.num_problems - finding.problems.size();
    if (more != 0) text += fmt::format("  and {} more\n", more);
    for (const std::string& note : finding.notes) text += fmt::format("  note: {}\n", note);
    return text;
  }

  verify::DatasetRules rules_;
  bool repair_ = false;
  verify::Chain chain_;
  DocumentKeys keys_;
};

}  // namespace

std::unique_ptr<Stage> MakeVerify() { return std::make_unique<Verify>(); }

}  // namespace owt::stages
