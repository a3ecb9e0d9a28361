#include "stages/dedup/find_duplicates.h"

#include <fmt/format.h>
#include <oneapi/tbb/task_arena.h>

#include <utility>

#include "formats/line_source.h"
#include "pipeline/error.h"
#include "pipeline/manifest.h"
#include "pipeline/paths.h"
#include "pipeline/progress.h"
#include "stages/dedup/band_file.h"
#include "stages/dedup/candidates.h"
#include "stages/dedup/collect_sets.h"
#include "stages/dedup/guard.h"
#include "stages/dedup/pair_writer.h"
#include "stages/dedup/sign_documents.h"

namespace owt::dedup {
namespace {

constexpr std::string_view kSigned = "signed";
constexpr std::string_view kCollected = "collected";
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

void CheckMemory(const RunContext& context, uint64_t num_records) {
  if (num_records >= kNoDocument) {
    throw Error(ErrorKind::kResource,
                fmt::format("{} records, those of the index included, are more than 4294967294; "
                            "take parts of them",
                            num_records));
  }
  const uint64_t bytes = num_records * kBytesOfRecord;
  if (bytes <= context.memory_bytes() / 2) return;
  throw Error(ErrorKind::kResource,
              fmt::format("{} records take {} of --memory {}, more than half; give it more, or "
                          "deduplicate parts of the input first",
                          num_records, SizeText(bytes), SizeText(context.memory_bytes())));
}

OldDocuments OpenIndex(const RunContext& context, const Method& method,
                       const FindOptions& options) {
  if (options.index.empty()) return OldDocuments({});
  const IndexFolder index(options.index, HeaderOf(method, method.geometry.bands),
                          ResumeFingerprint(context));
  if (options.compared == Compared::kOwn) return OldDocuments({});
  return OldDocuments(index.parts());
}

// What takes part in no band: copies, and old documents of which there are no shingles.
RecordSet SkippedOf(const Duplicates& found) {
  RecordSet skipped = found.copies->copies();
  for (const IndexPart& part : found.old.parts()) {
    const RecordSet comparable = ReadRecordSet(part.folder + "comparable", part.size);
    for (uint64_t i = 0; i < part.size; ++i) {
      if (!comparable.Has(i)) skipped.Add(part.begin + i);
    }
  }
  return skipped;
}

Candidates FindCandidates(const RunContext& context, const Duplicates& found, uint32_t bands,
                          bool own_too, const std::string& folder, uint64_t memory) {
  const RecordSet skipped = SkippedOf(found);
  Candidates candidates({&found.old.parts(), &found.own, &skipped, &found.old.removed(), own_too},
                        folder, memory);
  for (uint32_t band = 0; band < bands; ++band) {
    candidates.AddBand(band);
    if (context.cancelled()) {
      throw Error(ErrorKind::kInterrupted, "interrupted; run the same command again to go on");
    }
  }
  candidates.Finish();
  return candidates;
}

// The run's own documents of which something has to be known.
Wanted WantedOf(const RecordSet& candidates, const Duplicates& found, const FindOptions& options) {
  const uint64_t begin = found.own.begin;
  Wanted wanted{RecordSet(found.own.size), RecordSet(found.own.size)};
  const bool is_kept = !options.index.empty() && options.adds_to_index;
  if (is_kept) wanted.shingles = found.Comparable();
  candidates.ForEach([&](uint64_t document) {
    if (document >= begin) wanted.shingles.Add(document - begin);
  });
  const bool may_stay = !options.keep.is_first();
  if (may_stay || options.names_urls) {
    CopiesInOrder in_order(found.copies.get());
    found.copies->copies().ForEach([&](uint64_t copy) {
      const uint64_t first = in_order.FirstOf(static_cast<uint32_t>(copy));
      for (const uint64_t document : {copy, first}) {
        if (document < begin) continue;
        wanted.facts.Add(document - begin);
        if (is_kept && may_stay) wanted.shingles.Add(document - begin);
      }
    });
  }
  wanted.facts.Add(wanted.shingles);
  wanted.facts.Seal();
  return wanted;
}

std::unique_ptr<SetFile> OpenSets(const Duplicates& found, const std::string& own_prefix) {
  std::vector<SetFile::Source> sources;
  const std::vector<IndexPart>& parts = found.old.parts();
  for (size_t i = 0; i < parts.size(); ++i) {
    sources.push_back({parts[i].collected_prefix(), parts[i].begin, &found.facts[i]});
  }
  if (!own_prefix.empty()) sources.push_back({own_prefix, found.own.begin, &found.facts.back()});
  return sources.empty() ? nullptr : std::make_unique<SetFile>(sources);
}

// Every pair that was found alike: verified ones, and copies with the first of them.
void AddPairs(const Copies& copies, RecordSorter* edges, RecordSorter* pairs) {
  uint64_t last = 0;
  for (RecordSorter::Record record; edges->Next(&record);) {
    if (record[0] == last) continue;  // the same edge of another band
    last = record[0];
    const Edge edge = EdgeOf(record);
    pairs->Add(PairRecord(edge.first, edge.second, edge.similarity));
  }
  CopiesInOrder in_order(&copies);
  copies.copies().ForEach([&](uint64_t copy) {
    const auto document = static_cast<uint32_t>(copy);
    pairs->Add(PairRecord(in_order.FirstOf(document), document, 1));
  });
}

// The second pass, where something has to be known, and what is known by it.
void Collect(RunContext& context, const Method& method, const FindOptions& options,
             const DocumentReader& reader, const WorkFolder& folder, const RecordSet& candidates,
             Duplicates* found) {
  const Wanted wanted = WantedOf(candidates, *found, options);
  for (const IndexPart& part : found->old.parts()) {
    found->facts.push_back(ReadRecordSet(part.folder + "facts", part.size));
  }
  found->facts.push_back(wanted.facts);
  const bool is_kept = !options.index.empty() && options.adds_to_index;
  if (wanted.facts.count() == 0 && !is_kept) {
    found->sets = OpenSets(*found, "");
    return;
  }
  const std::string prefix = found->own.collected_prefix();
  RunStep(context, folder, kCollected, [&](RunContext& pass, Source& source) {
    CollectSets(pass, source, prefix, method, options.keep, reader, wanted);
  });
  found->sets = OpenSets(*found, prefix);
}

}  // namespace

std::string Duplicates::UrlOf(uint32_t document) const {
  if (sets == nullptr || !sets->Has(document)) return {};
  SetFile::Buffer buffer;
  return std::string(sets->Read(document, &buffer).url);
}

RecordSet Duplicates::Comparable() const {
  RecordSet comparable(own.size);
  for (uint64_t i = 0; i < own.size; ++i) {
    const uint64_t document = own.begin + i;
    if (copies->documents().Has(document) && !copies->copies().Has(document)) comparable.Add(i);
  }
  return comparable;
}

std::string WorkFolderOf(const RunContext& context, const FindOptions& options) {
  if (options.index.empty() || !options.adds_to_index) return WorkFolder::Beside(context.output);
  return options.index + (options.index.ends_with('/') ? "" : "/") + ".next/";
}

std::unique_ptr<Duplicates> FindDuplicates(RunContext& context, const Method& method,
                                           const FindOptions& options, const DocumentReader& reader,
                                           const WorkFolder& folder) {
  const std::string& scratch = folder.path();
  auto found = std::unique_ptr<Duplicates>(new Duplicates{
      OpenIndex(context, method, options), {}, {}, UnionFind(0), nullptr, nullptr, nullptr});
  found->own = {scratch, found->old.size(), 0};
  const std::string prefix = found->own.signed_prefix();
  const int bands = method.near ? method.geometry.bands : 0;
  RunStep(context, folder, kSigned, [&](RunContext& pass, Source& source) {
    SignDocuments(pass, source, method, reader, bands, SamplePath(prefix));
  });
  if (method.near) TellBackground(context, method, SamplePath(prefix));

  found->own.size =
      BandFileReader(BandFileNames(prefix, bands).back(), BandFileHeader::kExactBand).size();
  const uint64_t num_documents = found->own.begin + found->own.size;
  CheckMemory(context, num_documents);
  const uint64_t memory = context.memory_bytes() / 2;
  const bool own_too = options.compared != Compared::kOld;

  oneapi::tbb::task_arena arena(context.workers());
  std::unique_ptr<Candidates> candidates;
  arena.execute([&] {
    found->clusters = UnionFind(static_cast<uint32_t>(num_documents));
    found->old.ForEachRemoval(
        [&](uint32_t document, uint32_t kept) { found->clusters.Union(document, kept); });
    found->copies = std::make_unique<Copies>(found->old.parts(), found->own, own_too, scratch,
                                             memory, &found->clusters);
    candidates = std::make_unique<Candidates>(
        FindCandidates(context, *found, static_cast<uint32_t>(bands), own_too, scratch, memory));
  });
  Collect(context, method, options, reader, folder, candidates->documents(), found.get());
  arena.execute([&] {
    RecordSorter edges(scratch, memory / 4);
    if (found->sets != nullptr) {
      Verify(candidates.get(), *found->sets, options.measure, method.threshold, &edges);
    }
    candidates.reset();
    edges.Finish();
    if (options.pairs != nullptr) return AddPairs(*found->copies, &edges, options.pairs);
    found->removals = std::make_unique<Removals>(
        Removals::Input{&found->old, found->copies.get(), &edges, own_too, &found->clusters,
                        found->sets.get(), options.measure, method.threshold},
        scratch, memory / 2);
  });
  if (options.pairs != nullptr) return found;
  RefusePercolation(context, found->removals->percolation(), method, options.refuses_percolation);
  return found;
}

}  // namespace owt::dedup
