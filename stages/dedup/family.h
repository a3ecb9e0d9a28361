#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/lsh.h"
#include "stages/dedup/shingle_rule.h"

namespace owt::dedup {

// Whose signatures are made: how shingles become numbers, and numbers the slots of a signature.
// Signatures of different families, seeds or numbers of slots have nothing to do with each other.
// docs/dedup.md describes each.
enum class Family {
  kKperm32,           // ours
  kDatasketch,        // datasketch 2.x, scheme "affine32"
  kDatasketchLegacy,  // datasketch 1.x, scheme "legacy" of 2.x
  kDatatrove,         // datatrove's MinHash with xxhash and 64 bits
  kDatatroveSha1,     // the same with sha1, as FineWeb was made
  kMegatron,          // mattilyra/LSH's minhash_32, as Megatron-LM's find_duplicates.py calls it
};

struct FamilyTraits {
  std::string_view name;
  ShingleRule shingles;             // of the package, the default here
  std::optional<uint32_t> seed;     // of the package; without one --seed is taken
  BandGeometry geometry;            // of the package; {0, 0}: by the threshold
  size_t slot_bytes = 4;            // of a signature: 4 or 8
  bool signs_short_texts = true;    // false: texts shorter than a shingle have no signature
  bool slots_are_the_bands = true;  // slots beyond bands * rows change nothing and are not made
};

const FamilyTraits& TraitsOf(Family family);

// All names, in the order of the enumeration.
std::vector<std::string> FamilyNames();

// REQUIRES: one of them.
Family ParseFamily(std::string_view name);

}  // namespace owt::dedup
