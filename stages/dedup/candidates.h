#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "stages/dedup/index_part.h"
#include "stages/dedup/record_set.h"
#include "stages/dedup/record_sorter.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// Two documents that agree in a band, the first that does.
struct CandidatePair {
  uint32_t first = 0;  // the smaller
  uint32_t second = 0;
  uint32_t band = 0;
};

// More than kAllPairs documents that agree in a band.
struct LargeBucket {
  uint32_t band = 0;
  std::vector<uint32_t> members;  // ascending
};

// In buckets of up to so many documents every pair is a candidate. Of larger ones not all pairs are
// looked at, which would be quadratic: verify.h says which.
constexpr size_t kAllPairs = 16;

// What band files say: which documents may be alike, one of them at least of the run's own. On disk
// beyond the memory: 24 bytes a pair and band, 4 a member of a large bucket.
class Candidates {
 public:
  // `old` parts and `own`, the last. The documents of `skipped` count for nothing; old documents of
  // `removed` count for nothing in large buckets. Without `own_too` no two own documents are a
  // pair.
  struct Input {
    const std::vector<IndexPart>* old;
    const IndexPart* own;
    const RecordSet* skipped;
    const RecordSet* removed;
    bool own_too;
  };

  Candidates(const Input& input, std::string scratch_folder, uint64_t memory_bytes);

  // Joins a band of all parts. In any order.
  void AddBand(uint32_t band);

  // After the last band.
  void Finish();

  // All documents of any pair or bucket; sealed.
  const RecordSet& documents() const { return documents_; }

  // The next pair, ascending, each once.
  bool NextPair(CandidatePair* pair);

  // The next large bucket. One that comes again in a later band may be there once or twice.
  bool NextLarge(LargeBucket* bucket);

 private:
  void AddBucket(std::span<const uint32_t> members, uint32_t band);
  void AddLarge(std::span<const uint32_t> members, uint32_t band);
  bool IsNewLarge(std::span<const uint32_t> members);

  Input input_;
  std::string folder_;
  uint64_t memory_bytes_;
  RecordSet documents_;
  RecordSorter pairs_;
  RecordSorter::Record last_pair_ = {};
  text::ScratchFile large_;
  uint64_t large_at_ = 0;
  std::vector<uint64_t> seen_large_;  // a table of hashes of members, the newest in each place
};

}  // namespace owt::dedup
