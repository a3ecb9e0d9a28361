#include "stages/verify/verify_manifest.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <vector>

#include "formats/document.h"
#include "formats/document_map.h"
#include "formats/indexed_dataset.h"
#include "pipeline/buffer.h"
#include "pipeline/fd.h"
#include "pipeline/hash.h"
#include "pipeline/manifest.h"
#include "pipeline/output_file.h"
#include "stages/verify/verify_provenance.h"

namespace owt::verify {
namespace {

constexpr std::string_view kManifestSuffix = ".manifest.json";
constexpr size_t kBlockBytes = size_t{1} << 20;
// A quarantined record takes 1 MiB at most, a third more in base64, plus its frame.
constexpr size_t kMaxSideLineBytes = size_t{8} << 20;

class ManifestCheck {
 public:
  ManifestCheck(const std::string& path, Chain& chain)
      : path_(path),
        output_(path.ends_with(kManifestSuffix)
                    ? path.substr(0, path.size() - kManifestSuffix.size())
                    : std::string()),
        manifest_(ReadManifest(path)),
        chain_(chain) {}

  Finding Run() {
    CheckSum();
    chain_.CheckInputs(path_, manifest_, &finding_);
    for (const OutputRecord& output : manifest_.outputs) CheckOutput(output);
    CheckDatasets();
    CheckRecords();
    if (!output_.empty()) CheckQuarantine(output_ + ".quarantine.jsonl");
    finding_.summary = fmt::format(
        "owt {}: {} in = {} out + {} dropped + {} quarantined; {} outputs, {} bytes",
        manifest_.stage, manifest_.tally.in, manifest_.tally.out, manifest_.tally.num_dropped(),
        manifest_.tally.num_quarantined(), manifest_.outputs.size(), num_bytes_);
    return std::move(finding_);
  }

 private:
  void CheckSum() {
    const Tally& tally = manifest_.tally;
    if (tally.balanced()) return;
    finding_.Problem(fmt::format(
        "{}: the ledger does not add up: {} in, but {} out + {} dropped + {} quarantined", path_,
        tally.in, tally.out, tally.num_dropped(), tally.num_quarantined()));
  }

  // Where an output is now: the longest end of its recorded path that exists beside the manifest,
  // else the path as recorded.
  std::string Locate(const std::string& recorded) const {
    std::string_view rest = recorded;
    while (true) {
      const std::string candidate = FolderOf(path_) + std::string(rest);
      if (!rest.starts_with('/') && FileExists(candidate)) return candidate;
      const size_t slash = rest.find('/');
      if (slash == rest.npos) return recorded;
      rest.remove_prefix(slash + 1);
    }
  }

  void CheckOutput(const OutputRecord& output) {
    const std::string path = Locate(output.path);
    if (!FileExists(path)) {
      finding_.Problem(fmt::format("{}: the output is missing", output.path));
      return;
    }
    const uint64_t size = Fd::OpenRead(path).Size();
    num_bytes_ += size;
    if (size != output.bytes) {
      finding_.Problem(
          fmt::format("{}: has {} bytes, the manifest says {}", path, size, output.bytes));
      return;
    }
    const uint64_t xxh3 = chain_.HashOf(path);
    if (xxh3 != output.xxh3) {
      finding_.Problem(
          fmt::format("{}: has xxh3 {}, the manifest says {}; it was changed after "
                      "the run",
                      path, HexText(xxh3), HexText(output.xxh3)));
      return;
    }
    if (path.ends_with(".idx")) CheckDocuments(path, output);
    if (path.ends_with(".provenance")) CheckProvenance(path, output.records, &finding_);
  }

  void CheckDocuments(const std::string& path, const OutputRecord& output) {
    const formats::IndexedDataset dataset(formats::IndexedDatasetPaths::Of(path));
    if (dataset.num_documents() != output.records) {
      finding_.Problem(fmt::format("{}: holds {} documents, the manifest says {}", path,
                                   dataset.num_documents(), output.records));
    }
    num_documents_ += output.records;
    ++num_datasets_;
  }

  // A document that went out is in every dataset, or noted where one left it out.
  void CheckDatasets() {
    if (num_datasets_ == 0) return;
    const auto noted = manifest_.tally.noted.find("empty_in_one_key");
    const uint64_t left_out = noted == manifest_.tally.noted.end() ? 0 : noted->second;
    const uint64_t expected = num_datasets_ * manifest_.tally.out;
    if (num_documents_ + left_out == expected) return;
    finding_.Problem(fmt::format(
        "{}: {} datasets hold {} documents and leave out {}, the ledger says {} went out", path_,
        num_datasets_, num_documents_, left_out, manifest_.tally.out));
  }

  // Outputs of lines are the output itself or its parts; each record is in one of them. A document
  // that was cut into pieces counts once in the ledger, the further pieces are noted; so are
  // records that share a line with others.
  void CheckRecords() {
    uint64_t num_records = 0;
    for (const OutputRecord& output : manifest_.outputs) {
      const std::string name = NameOf(output.path);
      if (name != NameOf(output_) && !name.starts_with("part-")) return;
      num_records += output.records;
    }
    const auto noted = [this](std::string_view what) {
      const auto found = manifest_.tally.noted.find(what);
      return found == manifest_.tally.noted.end() ? 0 : found->second;
    };
    const uint64_t expected = manifest_.tally.out + noted("pieces_added") - noted("merged");
    if (manifest_.outputs.empty() || num_records == expected) return;
    finding_.Problem(fmt::format("{}: the outputs hold {} records, the ledger says {} went out",
                                 path_, num_records, expected));
  }

  void CheckQuarantine(const std::string& path) {
    if (!FileExists(path)) return;
    std::map<std::string, uint64_t, std::less<>> counts;
    Fd file = Fd::OpenRead(path);
    DocumentParser parser(DocumentKeys{"reason", "stage"});
    Document line;
    Buffer pending;
    std::vector<char> block(kBlockBytes);
    while (const size_t count = file.Read(block.data(), block.size())) {
      pending.Append({block.data(), count});
      const size_t whole = pending.view().rfind('\n') + 1;  // 0 where there is none
      formats::ForEachLine(pending.view().substr(0, whole), [&](size_t begin, size_t end) {
        const std::string_view bad = parser.Parse(pending.view().substr(begin, end - begin), &line);
        ++counts[bad.empty() ? std::string(line.text()) : std::string(bad)];
      });
      const std::string rest(pending.view().substr(whole));
      pending.Clear();
      pending.Append(rest);
      if (pending.size() > kMaxSideLineBytes) break;
    }
    if (pending.size() > 0) finding_.Problem(fmt::format("{}: the last line has no end", path));
    const auto& ledger = manifest_.tally.quarantined;
    for (const auto& [reason, count] : ledger) counts.try_emplace(reason, 0);
    for (const auto& [reason, count] : counts) {
      const auto found = ledger.find(reason);
      const uint64_t expected = found == ledger.end() ? 0 : found->second;
      if (count == expected) continue;
      finding_.Problem(fmt::format("{}: holds {} records of {}, the ledger says {}", path, count,
                                   reason, expected));
    }
  }

  std::string path_;
  std::string output_;  // what the run was asked to write; empty where the name does not say it
  Manifest manifest_;
  Chain& chain_;
  Finding finding_;
  uint64_t num_bytes_ = 0;
  uint64_t num_datasets_ = 0;
  uint64_t num_documents_ = 0;  // in all of them
};

}  // namespace

Finding VerifyManifest(const std::string& path, Chain& chain) {
  return ManifestCheck(path, chain).Run();
}

}  // namespace owt::verify
