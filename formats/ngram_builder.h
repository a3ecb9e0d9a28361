#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "formats/ngram_tables.h"
#include "pipeline/large_pages.h"

namespace owt::formats {

// Read all over the place.
using NgramBytes = std::vector<char, LargePages<char>>;

// The entries of a ProbingTable, in memory, to which more can be added. Has 1.5 buckets an entry,
// as KenLM has, once as many were added as were declared.
template <size_t kBytes>
class ProbingTableBuilder {
 public:
  // `declared` is trusted for no more memory than 8 times what was added so far.
  explicit ProbingTableBuilder(uint64_t declared);

  // What stands behind the key, all zero where it is new; valid until the next call.
  char* FindOrAdd(uint64_t key, bool* is_new);

  // Or nullptr.
  char* Find(uint64_t key) { return const_cast<char*>(table_.Find(key)); }

  // Valid until the next FindOrAdd, also when the builder moves.
  const ProbingTable<kBytes>& table() const { return table_; }

 private:
  void Allocate();
  void Grow();
  char* FirstFree(uint64_t key);

  NgramBytes entries_;
  ProbingTable<kBytes> table_;  // of entries_
  uint64_t declared_;
  uint64_t capacity_;
  uint64_t size_ = 0;
};

extern template class ProbingTableBuilder<12>;
extern template class ProbingTableBuilder<16>;

// Makes in memory the tables that KenLM makes of the same n-grams, so that scores are equal: 26
// bytes a word, 24 bytes an n-gram of a middle order, 18 of the highest. Words are added first,
// then n-grams by order.
class NgramBuilder {
 public:
  // How many n-grams of each order there will be; no more than a guess (ProbingTableBuilder).
  // REQUIRES: 2 to kMaxNgramOrder orders.
  explicit NgramBuilder(std::span<const uint64_t> declared);

  // <unk> and <UNK> are word 0. A word that comes again is left as it was. False: 2^32 - 1 words
  // are there already.
  bool AddWord(std::string_view word, NgramWeights weights);

  // Sets *id; false where there is no such word. <unk> and <UNK> are always there.
  bool FindWord(std::string_view word, uint32_t* id) const;

  // Adds an n-gram, ids last word first; one that comes again is left as it was. Suffixes of it
  // that are missing are put in with the probability that backing off gives. False: the n-gram
  // without its last word is missing. REQUIRES: 2 or more ids, no lower order than before; with as
  // many ids as orders there is no backoff.
  bool AddNgram(std::span<const uint32_t> ids, NgramWeights weights);

  // Ends the building. A model without <unk> gives it a probability of 10^-100. The tables are
  // valid while the builder lives, also when it moves.
  NgramTables Finish();

 private:
  NgramWeights UnigramOf(uint32_t id) const;
  void SetUnigram(uint32_t id, NgramWeights weights);
  void MarkSuffix(std::span<const uint32_t> ids);
  bool MarkContext(std::span<const uint32_t> context);
  float TakeBackoff(std::span<const uint32_t> context);

  ProbingTableBuilder<12> words_;
  NgramBytes unigrams_;
  std::vector<ProbingTableBuilder<16>> middle_;
  ProbingTableBuilder<12> longest_;
  bool has_unknown_ = false;
};

}  // namespace owt::formats
