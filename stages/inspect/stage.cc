// `owt inspect FILE...`: what a file of ours holds, for human eyes.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "formats/file_kind.h"
#include "formats/gpt2_vocab.h"
#include "formats/indexed_dataset.h"
#include "formats/line_source.h"
#include "formats/token_file.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/manifest.h"
#include "pipeline/paths.h"
#include "pipeline/stage.h"
#include "stages/inspect/excerpt.h"
#include "stages/inspect/show_dataset.h"
#include "stages/inspect/show_lines.h"
#include "stages/inspect/show_tokens.h"

namespace owt::stages {
namespace {

using formats::FileKind;
using inspect::Grouped;

std::string ShowManifest(const std::string& path) {
  const Manifest manifest = ReadManifest(path);
  const Tally& tally = manifest.tally;
  std::string text = fmt::format(
      "{}: manifest of owt {} {}\n  {} in = {} out + {} dropped + {} quarantined{}\n", path,
      inspect::Excerpt(manifest.stage, 50), inspect::Excerpt(manifest.version, 50),
      Grouped(tally.in), Grouped(tally.out), Grouped(tally.num_dropped()),
      Grouped(tally.num_quarantined()), tally.balanced() ? "" : ", which is wrong");
  for (const auto& [reason, count] : tally.dropped) {
    text += fmt::format("  {:>12} {}\n", Grouped(count), inspect::Excerpt(reason, 80));
  }
  for (const auto& [reason, count] : tally.quarantined) {
    text +=
        fmt::format("  {:>12} {} (quarantined)\n", Grouped(count), inspect::Excerpt(reason, 80));
  }
  for (const InputRecord& input : manifest.inputs) {
    text += fmt::format("  read  {}, {} bytes\n", inspect::Excerpt(input.path, 4096),
                        Grouped(input.bytes));
  }
  for (const OutputRecord& output : manifest.outputs) {
    text += fmt::format("  wrote {}, {} records, {} bytes\n", inspect::Excerpt(output.path, 4096),
                        Grouped(output.records), Grouped(output.bytes));
  }
  return text;
}

class Inspect : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Integer("document", &document_, -1, INT64_MAX, "print this record whole, from 0")
        .Detail(
            "Its text is decoded where the file holds tokens or JSON. Where a .provenance stands "
            "beside a dataset, stderr says which file, byte and address it is from. -1 gives a "
            "summary of the file instead.")
        .Integer("head", &head_, 0, 1000000, "records to show the beginning of")
        .Text("text-key", &text_key_, "KEY", "field that holds the text of a document")
        .Text("url-key", &url_key_, "KEY", "field that holds its address");
    options.Example("owt inspect my-gpt2_text_document.idx", "sizes and the first documents");
    options.Example("owt inspect --document 17 corpus.jsonl.zst", "the text of one document");
    options.Example("owt inspect clean.json.quarantine.jsonl", "bad records by reason");
  }

  void Run(RunContext& context) override {
    if (context.paths.empty()) {
      throw Error(ErrorKind::kUsage, "no file; use: owt inspect FILE...");
    }
    if (document_ >= 0 && context.paths.size() > 1) {
      throw Error(ErrorKind::kUsage, "--document goes with one file");
    }
    Fd out(dup(STDOUT_FILENO), "standard output");
    for (const std::string& path : context.paths) out.Write(TextOf(path, context));
  }

 private:
  std::string TextOf(const std::string& path, RunContext& context) const {
    const FileKind kind = formats::ProbeFileKind(path);
    if (kind == FileKind::kUnknown) {
      throw Error(ErrorKind::kInput,
                  "is none of: indexed dataset, manifest, jsonl, quarantine, URL list", path);
    }
    if (kind == FileKind::kIndexedDataset) return TextOfDataset(path, context);
    if (kind == FileKind::kTokens) return TextOfTokens(path);
    if (kind == FileKind::kManifest) {
      if (document_ >= 0) throw Error(ErrorKind::kUsage, "a manifest holds no documents", path);
      return ShowManifest(path);
    }
    context.inputs = ExpandInputs({path});
    formats::LineSource lines(context);
    const DocumentKeys keys{text_key_, url_key_};
    if (document_ < 0) return inspect::ShowLines(kind, path, keys, head_, lines);
    return inspect::LineText(kind, path, keys, static_cast<uint64_t>(document_), lines) + "\n";
  }

  std::string TextOfDataset(const std::string& path, const RunContext& context) const {
    const formats::IndexedDataset dataset(formats::IndexedDatasetPaths::Of(path));
    const auto vocab = formats::Gpt2Vocab::Embedded();
    if (document_ < 0) return inspect::ShowDataset(dataset, vocab, head_);
    const auto document = static_cast<uint64_t>(document_);
    const std::string text = inspect::DocumentText(dataset, vocab, document) + "\n";
    // Not among the text: that is for pipes, byte for byte.
    const std::string origin = inspect::DocumentOrigin(dataset, document);
    if (!origin.empty()) context.Say(origin);
    return text;
  }

  std::string TextOfTokens(const std::string& path) const {
    const auto format = formats::ProbeTokenFormat(path).value_or(formats::TokenFormat::kNanoGpt);
    const formats::TokenFile file(format, path);
    const auto vocab = formats::Gpt2Vocab::Embedded();
    if (document_ < 0) return inspect::ShowTokens(file, vocab, head_);
    return inspect::TokensText(file, vocab, static_cast<uint64_t>(document_)) + "\n";
  }

  int64_t document_ = -1;
  uint64_t head_ = 3;
  std::string text_key_ = "text";
  std::string url_key_ = "url";
};

}  // namespace

std::unique_ptr<Stage> MakeInspect() { return std::make_unique<Inspect>(); }

}  // namespace owt::stages
