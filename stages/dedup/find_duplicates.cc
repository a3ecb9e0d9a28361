#include "stages/dedup/find_duplicates.h"

#include <fmt/format.h>
#include <oneapi/tbb/task_arena.h>

#include <utility>

#include "formats/line_source.h"
#include "pipeline/error.h"
#include "pipeline/paths.h"
#include "pipeline/progress.h"
#include "stages/dedup/background.h"
#include "stages/dedup/band_file.h"
#include "stages/dedup/candidates.h"
#include "stages/dedup/collect_sets.h"
#include "stages/dedup/sign_documents.h"

namespace owt::dedup {
namespace {

constexpr std::string_view kSigned = "signed";
constexpr std::string_view kCollected = "collected";
constexpr double kFewDocuments = 1000;  // of which the candidates cost nothing
constexpr uint64_t kBytesOfRecord = 5;  // in the union-find and the sets, rounded up

// Runs a pass that leaves files in the folder, unless they are there.
template <typename Pass>
void RunStep(RunContext& context, const WorkFolder& folder, std::string_view step,
             const Pass& pass) {
  if (folder.IsDone(step)) return;
  RunContext own = PassContext(context, folder, step);
  formats::LineSource source(own, true);
  pass(own, source);
  context.progress->bytes_in = 0;
  context.progress->records_in = 0;
  context.progress->records_out = 0;
  folder.SetDone(step);
}

void TellBackground(const RunContext& context, const Method& method, const std::string& path) {
  for (const Background& one : MeasureBackground(path, context.inputs.size(), method.slots,
                                                 method.geometry, method.threshold)) {
    const bool is_news = one.false_matches >= 1 && one.documents >= kFewDocuments;
    if (!is_news && !context.common.verbose) continue;
    const std::string& source = one.is_all ? "all inputs" : context.inputs[one.source].path;
    context.Say(fmt::format(
        "{}: about {:.0f} documents, unlike ones of a Jaccard index of {:.2f} (99 in 100 below "
        "{:.2f}): {:.1f} candidates of each by chance{}",
        source, one.documents, one.median, one.largest, one.false_matches,
        one.false_matches < 1 ? "" : "; longer shingles or more rows would leave less to check"));
  }
}

void CheckMemory(const RunContext& context, uint64_t num_records) {
  const uint64_t bytes = num_records * kBytesOfRecord;
  if (bytes <= context.memory_bytes() / 2) return;
  throw Error(ErrorKind::kResource,
              fmt::format("{} records take {} of --memory {}, more than half; give it more, or "
                          "deduplicate parts of the input first",
                          num_records, SizeText(bytes), SizeText(context.memory_bytes())));
}

// Joins the bands one after the other.
Candidates FindCandidates(const RunContext& context, const std::string& prefix, int bands,
                          const RecordSet& copies, const std::string& folder, uint64_t memory) {
  Candidates candidates(folder, memory, copies.size());
  const std::vector<std::string> names = BandFileNames(prefix, bands);
  for (int band = 0; band < bands; ++band) {
    candidates.AddBand(names[static_cast<size_t>(band)], static_cast<uint32_t>(band), copies);
    if (context.cancelled()) {
      throw Error(ErrorKind::kInterrupted, "interrupted; run the same command again to go on");
    }
  }
  candidates.Finish();
  return candidates;
}

// The documents of which something has to be known.
Wanted WantedOf(const RecordSet& candidates, const Copies& copies, const FindOptions& options) {
  Wanted wanted{candidates, candidates};
  if (options.names_urls || !options.keep.is_first()) {
    CopiesInOrder in_order(&copies);
    copies.copies().ForEach([&](uint64_t copy) {
      wanted.facts.Add(copy);
      wanted.facts.Add(in_order.FirstOf(static_cast<uint32_t>(copy)));
    });
  }
  wanted.facts.Seal();
  return wanted;
}

void RefusePercolation(const RunContext& context, const Percolation& found,
                       const FindOptions& options, const Method& method) {
  if (found.documents == 0) return;
  const std::string text = fmt::format(
      "a cluster of {} documents, of which {} are less alike than --threshold {} with record {}, "
      "the one to be kept: chains of chance join what does not belong together",
      found.documents, found.unlike, method.threshold, found.kept);
  if (!options.refuses_percolation) return context.Say("warning: " + text);
  throw Error(ErrorKind::kRejected,
              text + "; raise --threshold, take longer shingles, or allow it by --guard warn");
}

}  // namespace

std::string Duplicates::UrlOf(uint32_t document) const {
  if (sets == nullptr || !facts.Has(document)) return {};
  SetFile::Buffer buffer;
  return std::string(sets->Read(document, &buffer).url);
}

std::unique_ptr<Duplicates> FindDuplicates(RunContext& context, const Method& method,
                                           const FindOptions& options, const DocumentReader& reader,
                                           const WorkFolder& folder) {
  const std::string& scratch = folder.path();
  const std::string prefix = scratch + std::string(kSigned);
  const int bands = method.near ? method.geometry.bands : 0;
  RunStep(context, folder, kSigned, [&](RunContext& pass, Source& source) {
    SignDocuments(pass, source, method, reader, bands, SamplePath(prefix));
  });
  if (method.near) TellBackground(context, method, SamplePath(prefix));

  const std::string exact = BandFileNames(prefix, bands).back();
  const uint64_t num_records = BandFileReader(exact, BandFileHeader::kExactBand).size();
  CheckMemory(context, num_records);
  const uint64_t memory = context.memory_bytes() / 2;

  oneapi::tbb::task_arena arena(context.workers());
  std::unique_ptr<Duplicates> found;
  std::unique_ptr<Candidates> candidates;
  arena.execute([&] {
    UnionFind clusters(static_cast<uint32_t>(num_records));
    Copies copies(exact, scratch, memory, &clusters);
    found.reset(
        new Duplicates{std::move(clusters), std::move(copies), RecordSet(), nullptr, nullptr});
    candidates = std::make_unique<Candidates>(
        FindCandidates(context, prefix, bands, found->copies.copies(), scratch, memory));
  });

  const Wanted wanted = WantedOf(candidates->documents(), found->copies, options);
  if (wanted.facts.count() > 0) {
    const std::string sets = scratch + std::string(kCollected);
    RunStep(context, folder, kCollected, [&](RunContext& pass, Source& source) {
      CollectSets(pass, source, sets, method, options.keep, reader, wanted);
    });
    found->facts = wanted.facts;
    found->sets = std::make_unique<SetFile>(sets, &found->facts);
  }
  arena.execute([&] {
    RecordSorter edges(scratch, memory / 4);
    if (found->sets != nullptr) {
      Verify(candidates.get(), *found->sets, options.measure, method.threshold, &edges);
    }
    candidates.reset();
    edges.Finish();
    found->removals = std::make_unique<Removals>(
        Removals::Input{&found->copies, &edges, &found->clusters, found->sets.get(), &found->facts,
                        options.measure, method.threshold},
        scratch, memory / 2);
  });
  RefusePercolation(context, found->removals->percolation(), options, method);
  return found;
}

}  // namespace owt::dedup
