#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/dedup/copies.h"
#include "stages/dedup/index_part.h"
#include "stages/dedup/record_set.h"
#include "stages/dedup/record_sorter.h"
#include "stages/dedup/set_file.h"
#include "stages/dedup/union_find.h"
#include "stages/dedup/verify.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// A document that goes, and why.
struct Removal {
  uint32_t document = 0;
  uint32_t kept = 0;      // the document of its cluster that stays
  double similarity = 0;  // with `kept`
  // Most similar document that it was found alike with, their similarity and the first band in
  // which they met. It differs from `kept` where the cluster is a chain; `similarity` may then be
  // below the threshold.
  uint32_t match = 0;
  uint32_t band = kNoBand;  // kNoBand: the texts of document and match are equal
  double match_similarity = 0;

  static constexpr uint32_t kNoBand = ~uint32_t{0};

  bool is_exact() const { return band == kNoBand; }
};

// A cluster in which most documents are unlike the one that stays: chains of chance similarity have
// joined what does not belong together.
struct Percolation {
  uint32_t kept = 0;
  uint64_t documents = 0;
  uint64_t unlike = 0;  // of them, in similarity with `kept`, below the threshold
};

// Clusters of at least so many documents are looked at.
constexpr uint64_t kGiantCluster = 1000;

// The documents of a run that go, in order; of a cluster with old documents all its own. On disk,
// 40 bytes each. Reading is thread-safe.
class Removals {
 public:
  struct Input {
    const OldDocuments* old;  // in front of the run's own; what they removed is joined already
    const Copies* copies;     // exact copies, joined already, ...
    RecordSorter* edges;      // ... and verified edges between first copies, finished
    bool own_too;             // two own documents may be alike; otherwise such edges do not count
    UnionFind* clusters;
    const SetFile* sets;  // null where no facts were collected: ranks are equal then
    Measure measure;
    double threshold;
  };

  // Decides them. Runs on all threads of the arena; the result does not depend on them.
  Removals(const Input& input, const std::string& scratch_folder, uint64_t memory_bytes);

  uint64_t size() const { return documents_.count(); }

  // Those of records [begin, end).
  std::vector<Removal> In(uint64_t begin, uint64_t end) const;

  // The largest percolated cluster; documents == 0 where there is none.
  const Percolation& percolation() const { return percolation_; }

 private:
  void JoinEdges(const Input& input, RecordSorter* matches, RecordSet* clustered);
  void AddStanding(const Input& input, RecordSet* clustered) const;
  uint64_t RankOf(const Input& input, uint32_t document, SetFile::Buffer* buffer) const;
  void ChooseKept(const Input& input, const RecordSet& clustered, RecordSorter* chosen);
  void Write(const Input& input, RecordSorter* chosen, RecordSorter* matches);
  void Compare(const Input& input, std::vector<Removal>* removals) const;
  void CountUnlike(const std::vector<Removal>& removals, double threshold);

  std::string folder_;
  uint64_t memory_bytes_;
  RecordSet documents_;
  text::ScratchFile file_;
  std::vector<Percolation> giants_;  // by `kept`
  Percolation percolation_;
};

}  // namespace owt::dedup
