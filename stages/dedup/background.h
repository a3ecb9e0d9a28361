#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/lsh.h"
#include "stages/dedup/minhash.h"

namespace owt::dedup {

// How alike unlike documents are: a sample of signatures of each source says how many candidates a
// document has by chance, before they are looked for. Where it is more than one, chains of chance
// may join most of a source ("percolation"); the candidates are checked all the same, which costs.

// Draws the sample while documents are signed: of each source those whose numbers hash least, so
// that it depends on nothing else. Wants and Append are thread-safe.
class SampleDraw {
 public:
  explicit SampleDraw(size_t num_inputs);

  // Whether document `record` of input `file` may be in the sample, as far as is known.
  bool Wants(uint32_t file, uint64_t record) const;

  // Appends a document of the sample to `to`, as MeasureBackground reads it.
  void Append(uint32_t file, uint64_t record, const Signature& signature, std::string* to) const;

  // Takes account of what Append appended, of signatures of `num_slots`.
  void NoteAll(std::string_view appended, size_t num_slots);

 private:
  void Note(uint32_t source, uint64_t hash);

  uint32_t SourceOf(uint32_t file) const { return num_sources_ == 1 ? 0 : file; }

  uint32_t num_sources_;
  size_t sample_size_;
  std::unique_ptr<std::atomic<uint64_t>[]> limits_;  // of hashes, for each source
  std::vector<std::vector<uint64_t>> least_;         // heaps, the largest on top
};

// One source: an input file, or all of them where there are very many.
struct Background {
  uint32_t source = 0;
  bool is_all = false;
  double documents = 0;      // about
  double median = 0;         // of the Jaccard indices of two documents below the threshold
  double largest = 0;        // of 99 in 100 of them
  double false_matches = 0;  // documents below the threshold that share a band with one, expected
};

// `path` holds what SampleDraw appended, in any order and with repetitions.
std::vector<Background> MeasureBackground(const std::string& path, size_t num_inputs,
                                          size_t num_slots, BandGeometry geometry,
                                          double threshold);

}  // namespace owt::dedup
