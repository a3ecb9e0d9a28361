#include "stages/dedup/removals.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <bit>

namespace owt::dedup {
namespace {

constexpr size_t kRemovalsBuffer = size_t{1} << 20;
constexpr size_t kRemovalsAtOnce = size_t{1} << 14;

bool KeptBefore(const Percolation& cluster, uint32_t kept) { return cluster.kept < kept; }

// Most similar first, the smaller of equals: two records of each edge.
void AddMatches(const Edge& edge, RecordSorter* matches) {
  const uint64_t unlikeness = ~std::bit_cast<uint64_t>(edge.similarity);
  matches->Add({edge.first, unlikeness, uint64_t{edge.second} << 32 | edge.band});
  matches->Add({edge.second, unlikeness, uint64_t{edge.first} << 32 | edge.band});
}

}  // namespace

Removals::Removals(const Input& input, const std::string& scratch_folder, uint64_t memory_bytes)
    : folder_(scratch_folder),
      memory_bytes_(memory_bytes),
      documents_(input.copies->documents().size()),
      file_(scratch_folder, kRemovalsBuffer) {
  RecordSorter matches(folder_, memory_bytes / 2);
  RecordSet clustered(documents_.size());
  JoinEdges(input, &matches, &clustered);
  RecordSorter chosen(folder_, memory_bytes / 4);
  ChooseKept(input, clustered, &chosen);
  Write(input, &chosen, &matches);
}

void Removals::JoinEdges(const Input& input, RecordSorter* matches, RecordSet* clustered) {
  uint64_t last = 0;
  for (RecordSorter::Record record; input.edges->Next(&record);) {
    if (record[0] == last) continue;  // the same edge of another band
    last = record[0];
    const Edge edge = EdgeOf(record);
    if (!input.own_too && edge.first >= input.old->size()) continue;
    input.clusters->Union(edge.first, edge.second);
    clustered->Add(edge.first);
    clustered->Add(edge.second);
    AddMatches(edge, matches);
  }
  matches->Finish();
  CopiesInOrder copies(input.copies);
  input.copies->copies().ForEach([&](uint64_t copy) {
    clustered->Add(copy);
    clustered->Add(copies.FirstOf(static_cast<uint32_t>(copy)));
  });
  AddStanding(input, clustered);
}

// Old documents that stayed, where one that went for them is in a cluster now.
void Removals::AddStanding(const Input& input, RecordSet* clustered) const {
  input.old->ForEachRemoval([&](uint32_t document, uint32_t kept) {
    if (clustered->Has(document)) clustered->Add(kept);
  });
}

// Old documents that stayed are above all: they are written.
uint64_t Removals::RankOf(const Input& input, uint32_t document, SetFile::Buffer* buffer) const {
  if (document < input.old->size()) return ~uint64_t{0};
  if (input.sets == nullptr || !input.sets->Has(document)) return 0;
  return input.sets->Read(document, buffer).rank;
}

// `chosen` gets {document that goes, the one that stays, 0}.
void Removals::ChooseKept(const Input& input, const RecordSet& clustered, RecordSorter* chosen) {
  const uint64_t num_old = input.old->size();
  RecordSorter members(folder_, memory_bytes_ / 4);
  SetFile::Buffer buffer;
  clustered.ForEach([&](uint64_t record) {
    const auto document = static_cast<uint32_t>(record);
    if (document < num_old && input.old->removed().Has(document)) return;
    const uint64_t rank = RankOf(input, document, &buffer);
    members.Add({input.clusters->Find(document), ~rank, document});
  });
  members.Finish();
  Percolation cluster;
  uint64_t root = ~uint64_t{0};
  const auto finish = [&] {
    if (cluster.documents >= kGiantCluster) giants_.push_back(cluster);
  };
  for (RecordSorter::Record member; members.Next(&member);) {
    const auto document = static_cast<uint32_t>(member[2]);
    if (member[0] != root) {
      finish();
      root = member[0];
      cluster = {document, 1, 0};
      continue;
    }
    if (document < num_old) continue;
    ++cluster.documents;
    chosen->Add({document, cluster.kept, 0});
    documents_.Add(document);
  }
  finish();
  documents_.Seal();
  chosen->Finish();
  std::sort(giants_.begin(), giants_.end(),
            [](const Percolation& a, const Percolation& b) { return a.kept < b.kept; });
}

void Removals::Write(const Input& input, RecordSorter* chosen, RecordSorter* matches) {
  std::vector<Removal> removals;
  RecordSorter::Record match = {};
  bool has_match = matches->Next(&match);
  CopiesInOrder copies(input.copies);
  const auto flush = [&] {
    Compare(input, &removals);
    CountUnlike(removals, input.threshold);
    file_.Append(
        {reinterpret_cast<const char*>(removals.data()), removals.size() * sizeof(Removal)});
    removals.clear();
  };
  for (RecordSorter::Record record; chosen->Next(&record);) {
    Removal removal;
    removal.document = static_cast<uint32_t>(record[0]);
    removal.kept = static_cast<uint32_t>(record[1]);
    while (has_match && match[0] < removal.document) has_match = matches->Next(&match);
    const uint32_t first = copies.FirstOf(removal.document);
    const bool keeps_copy = input.copies->FirstOf(removal.kept) == first;
    if (first != removal.document || keeps_copy) {
      removal.match = keeps_copy ? removal.kept : first;
      removal.match_similarity = 1;
    } else {  // a first copy among others is there because something is like it
      removal.match = static_cast<uint32_t>(match[2] >> 32);
      removal.band = static_cast<uint32_t>(match[2]);
      removal.match_similarity = std::bit_cast<double>(~match[1]);
    }
    removals.push_back(removal);
    if (removals.size() == kRemovalsAtOnce) flush();
  }
  flush();
  file_.FinishWriting();
}

void Removals::Compare(const Input& input, std::vector<Removal>* removals) const {
  struct Workplace {
    SetFile::Buffer document, kept;
  };

  oneapi::tbb::enumerable_thread_specific<Workplace> workplaces;
  oneapi::tbb::parallel_for(size_t{0}, removals->size(), [&](size_t i) {
    Removal& removal = (*removals)[i];
    if (removal.match == removal.kept) {
      removal.similarity = removal.match_similarity;
      return;
    }
    Workplace& place = workplaces.local();
    const uint32_t document = input.copies->FirstOf(removal.document);
    const uint32_t kept = input.copies->FirstOf(removal.kept);
    removal.similarity =
        Similarity(input.measure, input.sets->Read(document, &place.document).shingles,
                   input.sets->Read(kept, &place.kept).shingles);
  });
}

void Removals::CountUnlike(const std::vector<Removal>& removals, double threshold) {
  if (giants_.empty()) return;
  for (const Removal& removal : removals) {
    if (removal.similarity >= threshold) continue;
    const auto giant = std::lower_bound(giants_.begin(), giants_.end(), removal.kept, KeptBefore);
    if (giant == giants_.end() || giant->kept != removal.kept) continue;
    ++giant->unlike;
    const bool is_percolated = 2 * giant->unlike > giant->documents;
    if (is_percolated && giant->documents >= percolation_.documents) percolation_ = *giant;
  }
}

std::vector<Removal> Removals::In(uint64_t begin, uint64_t end) const {
  const uint64_t size = documents_.size();
  const uint64_t first = documents_.Rank(std::min(begin, size));
  std::vector<Removal> removals(documents_.Rank(std::min(end, size)) - first);
  file_.ReadAt(first * sizeof(Removal), reinterpret_cast<char*>(removals.data()),
               removals.size() * sizeof(Removal));
  return removals;
}

}  // namespace owt::dedup
