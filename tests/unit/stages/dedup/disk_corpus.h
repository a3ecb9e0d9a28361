#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stages/dedup/band_file.h"
#include "stages/dedup/candidates.h"
#include "stages/dedup/copies.h"
#include "stages/dedup/record_sorter.h"
#include "stages/dedup/removals.h"
#include "stages/dedup/set_file.h"
#include "stages/dedup/union_find.h"
#include "stages/dedup/verify.h"
#include "tests/support/scratch_folder.h"

namespace owt::dedup {

// A record as the passes over the input leave it on disk.
struct DiskDocument {
  std::optional<TextKey> key;       // none: no document
  std::vector<uint64_t> band_keys;  // one a band, or none
  std::vector<uint64_t> shingles;   // a set
  uint64_t rank = 0;
  std::string url;
};

// The files of some records, and the steps that follow.
class DiskCorpus {
 public:
  static constexpr uint64_t kMemory = uint64_t{1} << 20;

  DiskCorpus(const std::vector<DiskDocument>& documents, int bands)
      : clusters_(static_cast<uint32_t>(documents.size())), facts_(documents.size()) {
    BandFileHeader header;
    header.bands = static_cast<uint32_t>(bands);
    own_ = {folder(), 0, documents.size()};
    BandWriter writer(own_.signed_prefix(), header);
    SetWriter sets(own_.collected_prefix(), 0, 0);
    std::vector<std::string> records(static_cast<size_t>(bands));
    for (uint32_t i = 0; i < documents.size(); ++i) {
      const DiskDocument& document = documents[i];
      if (!document.key.has_value()) continue;
      writer.AddExact(i, *document.key);
      for (size_t band = 0; band < document.band_keys.size(); ++band) {
        records[band].append(reinterpret_cast<const char*>(&document.band_keys[band]), 8);
        records[band].append(reinterpret_cast<const char*>(&i), 4);
      }
      std::string facts;
      AppendFacts({document.rank, document.url, document.shingles}, &facts);
      sets.Add(facts);
      facts_.Add(i);
    }
    writer.SkipTo(documents.size());
    std::string all;
    for (const std::string& band : records) all += band;
    writer.AddBands(all);
    std::vector<OutputRecord> outputs;
    writer.Commit(&outputs);
    sets.Commit();
    facts_.Seal();
    bands_ = static_cast<uint32_t>(bands);
    copies_ = std::make_unique<Copies>(old_.parts(), own_, true, folder(), kMemory, &clusters_);
    sets_ = std::make_unique<SetFile>(
        std::vector<SetFile::Source>{{own_.collected_prefix(), 0, &facts_}});
  }

  const Copies& copies() const { return *copies_; }

  const SetFile& sets() const { return *sets_; }

  std::string folder() const { return folder_.File(""); }

  const IndexPart& own() const { return own_; }

  const OldDocuments& old() const { return old_; }

  Candidates FindCandidates() const {
    Candidates candidates(
        {&old_.parts(), &own_, &copies_->copies(), &old_.removed(), /*own_too=*/true}, folder(),
        kMemory);
    for (uint32_t band = 0; band < bands_; ++band) candidates.AddBand(band);
    candidates.Finish();
    return candidates;
  }

  // Verified edges in order, each once.
  std::vector<Edge> VerifiedEdges(double threshold, Measure measure = Measure::kJaccard) const {
    RecordSorter sorter(folder(), kMemory);
    Candidates candidates = FindCandidates();
    Verify(&candidates, *sets_, measure, threshold, &sorter);
    sorter.Finish();
    std::vector<Edge> edges;
    for (RecordSorter::Record record; sorter.Next(&record);) {
      const Edge edge = EdgeOf(record);
      const bool is_new =
          edges.empty() || edges.back().first != edge.first || edges.back().second != edge.second;
      if (is_new) edges.push_back(edge);
    }
    return edges;
  }

  // To be called once: it joins the clusters.
  Removals Decide(const std::vector<Edge>& edges, double threshold) {
    RecordSorter sorter(folder(), kMemory);
    for (const Edge& edge : edges) sorter.Add(RecordOf(edge));
    sorter.Finish();
    return Removals({&old_, copies_.get(), &sorter, /*own_too=*/true, &clusters_, sets_.get(),
                     Measure::kJaccard, threshold},
                    folder(), kMemory);
  }

 private:
  tests::ScratchFolder folder_;
  UnionFind clusters_;
  RecordSet facts_;
  IndexPart own_;
  OldDocuments old_{{}};
  uint32_t bands_ = 0;
  std::unique_ptr<Copies> copies_;
  std::unique_ptr<SetFile> sets_;
};

inline std::vector<Removal> AllOf(const Removals& removals) { return removals.In(0, ~uint64_t{0}); }

// A document of its own: no other has this key.
inline DiskDocument Unique(uint64_t number, std::vector<uint64_t> band_keys,
                           std::vector<uint64_t> shingles) {
  return {TextKey{number + 1, number + 1}, std::move(band_keys), std::move(shingles), 0, ""};
}

}  // namespace owt::dedup
