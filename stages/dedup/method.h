#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "pipeline/context.h"
#include "pipeline/options.h"
#include "stages/dedup/family.h"
#include "stages/dedup/lsh.h"
#include "stages/dedup/minhash.h"
#include "stages/dedup/shingle_rule.h"
#include "stages/text/bpe.h"

namespace owt::dedup {

// What is compared, and how.
struct Method {
  bool near = false;  // near copies too, not only exact ones
  double threshold = 0.8;
  Family family = Family::kKperm32;
  ShingleRule shingles;
  BandGeometry geometry;
  size_t slots = 0;  // of a signature; at least bands * rows
  uint64_t seed = 0;
  std::unique_ptr<const text::BpeModel> tokens;  // for shingles of tokens

  MinHasher MakeHasher() const { return MinHasher(family, slots, seed); }
};

// The options that say so, and what they mean together.
class MethodOptions {
 public:
  void Declare(OptionSet& options);

  // Throws Error{kUsage} where they contradict each other. `near` as in Method.
  Method Make(const RunContext& context, bool near) const;

 private:
  BandGeometry Geometry(const FamilyTraits& family) const;

  double threshold_ = 0.8;
  std::string family_ = "kperm32";
  std::string shingle_;
  int bands_ = 0;
  int rows_ = 0;
  int permutations_ = 128;
  int64_t minhash_seed_ = -1;
};

}  // namespace owt::dedup
