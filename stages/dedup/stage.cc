// `owt dedup`: drops documents that were there before. Three passes over the input: sketch every
// document, collect the shingles of those that may be copies, copy what stays. Between them, on
// numbers alone: buckets, exact verification, clusters (lsh.h, verify.h, removals.h).
#include <fmt/format.h>
#include <oneapi/tbb/task_arena.h>

#include <memory>
#include <optional>
#include <utility>

#include "formats/explained_sink.h"
#include "formats/input_stream.h"
#include "formats/line_source.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"
#include "pipeline/stage.h"
#include "stages/dedup/filter.h"
#include "stages/dedup/method.h"
#include "stages/dedup/pair_writer.h"
#include "stages/dedup/part_dedup.h"
#include "stages/dedup/passes.h"
#include "stages/dedup/record_sorter.h"
#include "stages/dedup/sign_documents.h"
#include "stages/dedup/steps.h"

namespace owt::stages {
namespace {

using dedup::Candidates;
using dedup::Decisions;
using dedup::DocumentReader;
using dedup::Index;
using dedup::kNoDocument;
using dedup::Wanted;

// The whole input, also for a shard: a document may be a copy of one in another shard.
formats::LineSource WholeInput(RunContext& context) {
  const std::string shard = std::exchange(context.common.shard, "0/1");
  formats::LineSource source(context, true);
  context.common.shard = shard;
  return source;
}

// What pass 2 has to keep, by record; empty where that is nothing at all.
std::vector<Wanted> WantedOf(std::span<const uint32_t> first_copies, const dedup::Buckets& buckets,
                             bool explain) {
  std::vector<Wanted> wanted(first_copies.size());
  bool any = false;
  if (explain) {
    for (uint32_t i = 0; i < first_copies.size(); ++i) {
      if (first_copies[i] == i || first_copies[i] == kNoDocument) continue;
      wanted[first_copies[i]] = Wanted::kUrl;
      any = true;
    }
  }
  for (size_t i = 0; i < buckets.size(); ++i) {
    for (const uint32_t document : buckets[i]) wanted[document] = Wanted::kShingles;
    any = true;
  }
  if (!any) wanted.clear();
  return wanted;
}

// Every pair that was found alike: verified ones, and copies with the first of them.
void AddPairs(std::span<const uint32_t> first_copies, std::span<const dedup::Edge> edges,
              dedup::RecordSorter* pairs) {
  for (const dedup::Edge& edge : edges) {
    pairs->Add(dedup::PairRecord(edge.first, edge.second, edge.similarity));
  }
  for (uint32_t i = 0; i < first_copies.size(); ++i) {
    const uint32_t first = first_copies[i];
    if (first != i && first != kNoDocument) pairs->Add(dedup::PairRecord(first, i, 1));
  }
  pairs->Finish();
}

class Dedup : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Flag("lsh", &near_, "drop near duplicates too, found by MinHash and LSH")
        .Detail(
            "Without it only documents whose text equals an earlier one's are dropped. Candidates "
            "are checked by the exact Jaccard index of their shingles; the first document of each "
            "cluster stays.")
        .Flag("bands-only", &bands_only_, "write band files instead of documents, and stop")
        .Detail(
            "OUTPUT.band-00 and so on and OUTPUT.exact: the keys by which candidates meet, each "
            "with its document's number (docs/dedup.md).");
    method_options_.Declare(options);
    options.Text("explain", &explain_, "FILE", "write why each document was dropped, as jsonl");
    parts_.Declare(options);
    options.Example("owt dedup --lsh merged.json", "writes merged.dedup.json");
    options.Example("owt dedup --lsh --explain why.jsonl a.json b.json out.json",
                    "names the kept document for each one dropped");
    options.Example("owt dedup --lsh --bands-only --bands 14 --rows 8 merged.json merged",
                    "writes merged.band-00 to merged.band-13 and merged.exact");
    options.Example("owt dedup --lines --min-count 6 --keep-count 0 a.json out.json",
                    "takes out lines that are there six times");
    steps_.Declare(options);
  }

  // "merged.dedup.json", the name beside the input, stands for "merged.dedup.band-00" and so on.
  std::string OutputName(std::string output) const override {
    return bands_only_ ? std::string(PrefixOf(output)) : output;
  }

  std::vector<std::string> OutputFiles(const RunContext& context) const override {
    if (!bands_only_) return Stage::OutputFiles(context);
    const dedup::Method method = method_options_.Make(context, false);
    return dedup::BandFileNames(context.output, method.geometry.bands);
  }

  void Run(RunContext& context) override {
    steps_.Check(context, near_, explain_);
    if (steps_.wanted()) return RunStep(context);
    for (const InputRecord& input : context.inputs) {
      if (formats::ProbeInput(input.path).is_regular) continue;
      throw Error(ErrorKind::kUsage,
                  "dedup reads its input up to three times and cannot take a pipe; write it to a "
                  "file first",
                  input.path);
    }
    if (parts_.wanted()) return RunParts(context);
    const dedup::Method method = method_options_.Make(context, near_);
    const DocumentReader reader(context);
    if (bands_only_) return WriteBands(context, method, reader);

    Index index(method.near ? method.geometry.bands : 0);
    {
      formats::LineSource source = WholeInput(context);
      SketchDocuments(context, source, method, reader, &index);
    }
    oneapi::tbb::task_arena arena(context.workers());
    std::vector<uint32_t> first_copies;
    dedup::Buckets buckets;
    arena.execute([&] {
      first_copies = index.FirstCopies();
      if (method.near) buckets = index.TakeCandidates(first_copies);
    });

    Candidates candidates;
    const std::vector<Wanted> wanted = WantedOf(first_copies, buckets, !explain_.empty());
    if (!wanted.empty()) {
      formats::LineSource source = WholeInput(context);
      CollectCandidates(context, source, method, reader, wanted, &candidates);
    }
    std::vector<dedup::Removal> removals;
    dedup::RecordSorter pairs(FolderOf(context.output), context.memory_bytes() / 8);
    arena.execute([&] {
      const auto set_of = [&](uint32_t document) { return candidates.SetOf(document); };
      const auto edges = Verify(buckets, method.threshold, set_of);
      if (steps_.find_only()) {
        AddPairs(first_copies, edges, &pairs);
      } else {
        removals = DecideRemovals(first_copies, edges, set_of);
      }
    });
    if (steps_.find_only()) return WritePairs(context, reader, &pairs);
    Filter(context, reader, first_copies, removals, candidates);
  }

 private:
  void RunStep(RunContext& context) const {
    if (bands_only_ || parts_.wanted()) {
      throw Error(ErrorKind::kUsage,
                  "--bands-only, --lines and --paragraphs are no steps; run them by themselves");
    }
    steps_.Run(context, method_options_, near_, explain_);
  }

  void RunParts(RunContext& context) const {
    if (near_ || bands_only_ || steps_.find_only()) {
      throw Error(ErrorKind::kUsage, "--lsh compares whole documents; run it by itself");
    }
    dedup::DedupParts(context, parts_.Make(), explain_);
  }

  void WriteBands(RunContext& context, const dedup::Method& method,
                  const DocumentReader& reader) const {
    if (!near_ || !explain_.empty() || steps_.find_only()) {
      throw Error(ErrorKind::kUsage, "--bands-only goes with --lsh, and explains nothing");
    }
    if (context.output == "-" || context.output.ends_with('/')) {
      throw Error(ErrorKind::kUsage,
                  "--bands-only writes several files; give the beginning of their names as output",
                  context.output);
    }
    formats::LineSource source(context, true);
    SignDocuments(context, source, method, reader);
  }

  void Filter(RunContext& context, const DocumentReader& reader,
              std::span<const uint32_t> first_copies, std::span<const dedup::Removal> removals,
              const Candidates& candidates) const {
    const Shard shard = context.shard();
    const auto bound = [&](uint64_t i) {
      return static_cast<uint64_t>(static_cast<unsigned __int128>(first_copies.size()) * i /
                                   shard.count);
    };
    const Decisions decisions{first_copies,
                              removals,
                              &candidates,
                              {bound(shard.index), bound(shard.index + 1)},
                              !explain_.empty()};
    formats::LineSource lines = WholeInput(context);
    dedup::RangeSource source(&lines, decisions.range);
    const dedup::FilterTransform transform(context, reader, decisions);
    formats::ExplainedSink sink(context, explain_);
    RunFlow(context, source, transform, sink);
  }

  bool near_ = false;
  bool bands_only_ = false;
  dedup::MethodOptions method_options_;
  std::string explain_;
  dedup::PartOptions parts_;
  dedup::StepOptions steps_;
};

}  // namespace

std::unique_ptr<Stage> MakeDedup() { return std::make_unique<Dedup>(); }

}  // namespace owt::stages
