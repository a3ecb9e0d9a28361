#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/dedup/lsh.h"
#include "stages/dedup/minhash.h"
#include "stages/dedup/shingles.h"

namespace owt::dedup {

// From a text to its signature and band keys, in the family of `hasher`.
//
// Short texts: one of fewer units than a shingle has is one shingle, the whole of it, to families
// of which this says so (FamilyTraits::signs_short_texts); to the others it has no signature, and
// is like nothing but its exact copies. (datatrove does the same. LSH gives it the signature of
// nothing, so that all such texts share all buckets: we do not.)
//
// Not thread-safe; one per thread.
class Sketcher {
 public:
  // `hasher` and `tokens` (Shingler's) must outlive it. REQUIRES: bands * rows slots; bytes as
  // units for the family megatron.
  Sketcher(const MinHasher& hasher, ShingleRule rule, BandGeometry geometry,
           const text::BpeModel* tokens = nullptr, text::SimdTier tier = text::BestSimdTier());

  // False where the text has no signature. The rest is about the last text of which it was true.
  bool Sketch(std::string_view text);

  const Signature& signature() const { return signature_; }

  // One for each band: XXH3 of its rows in their width, the lowest byte first, seeded with the
  // band's number; to megatron Python's hash (3.8 and later) of the tuple of its rows.
  std::span<const uint64_t> keys() const { return keys_; }

 private:
  bool Sign(std::string_view text);
  void AddTexts(std::string_view text);
  uint64_t HashOf(std::string_view shingle) const;

  const MinHasher& hasher_;
  const BandGeometry geometry_;
  Shingler shingler_;
  Signature signature_;
  std::vector<uint64_t> keys_;
  std::vector<uint64_t> hashes_;
};

// hash(tuple(values)) of CPython 3.8 and later, 64 bits.
uint64_t PythonTupleHash(std::span<const uint32_t> values);

}  // namespace owt::dedup
