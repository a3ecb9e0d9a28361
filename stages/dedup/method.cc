#include "stages/dedup/method.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/gpt2_vocab.h"
#include "pipeline/error.h"

namespace owt::dedup {

void MethodOptions::Declare(OptionSet& options) {
  options.Real("threshold", &threshold_, 0.05, 1, "Jaccard index from which texts are alike")
      .Detail(
          "Bands and rows are chosen so that at least 95 of 100 pairs right at the threshold "
          "are found, and more above it.")
      .Text("shingle", &shingle_, "UNIT:N", "what is compared: word:N, char:N, byte:N or token:N")
      .Detail(
          "Runs of N words or characters, in lower case without accents and punctuation, or of N "
          "bytes or GPT-2 tokens of the text as it is. A text shorter than N is alike only to one "
          "with the same words, characters, bytes or tokens. The default is that of --family, "
          "word:5 or byte:5.")
      .Choice("family", &family_, FamilyNames(), "whose MinHash signatures are made")
      .Detail(
          "kperm32 is ours and the fastest. The others are those of the packages, to the bit: "
          "datasketch 2, datasketch-1 (its version 1), datatrove, datatrove-sha1 (as FineWeb was "
          "made), and megatron (the LSH package that find_duplicates.py calls).")
      .Integer("bands", &bands_, 0, 4096, "bands of a signature, with --rows; 0 chooses")
      .Detail(
          "Without them --threshold chooses; datatrove has 14 bands of 8 rows and megatron 10 of "
          "10.")
      .Integer("rows", &rows_, 0, 4096, "rows of a band; texts that agree in all are candidates")
      .Integer("permutations", &permutations_, 1, 65536, "slots of a signature that bands may use")
      .Integer("minhash-seed", &minhash_seed_, -1, 4294967295, "seed of the permutations")
      .Detail(
          "-1 takes what the package takes by itself (1; 1234 of megatron), and --seed for "
          "kperm32.");
}

BandGeometry MethodOptions::Geometry(const FamilyTraits& family) const {
  if ((bands_ == 0) != (rows_ == 0)) {
    throw Error(ErrorKind::kUsage, "--bands and --rows are given together");
  }
  if (bands_ * rows_ > 65536) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} bands of {} rows are more than 65536 slots", bands_, rows_));
  }
  if (bands_ != 0) return {bands_, rows_};
  if (family.geometry.bands != 0) return family.geometry;
  return ChooseGeometry(threshold_, permutations_);
}

Method MethodOptions::Make(const RunContext& context, bool near) const {
  Method method;
  method.near = near;
  method.threshold = threshold_;
  method.family = ParseFamily(family_);
  const FamilyTraits& family = TraitsOf(method.family);
  method.shingles = family.shingles;
  if (!shingle_.empty()) {
    method.shingles = ParseShingleRule(shingle_);
    method.shingles.words = family.shingles.words;
  }
  if (method.family == Family::kMegatron && method.shingles.unit != ShingleRule::Unit::kByte) {
    throw Error(ErrorKind::kUsage, "--family megatron compares bytes: --shingle byte:N");
  }
  method.geometry = Geometry(family);
  const auto used = static_cast<size_t>(method.geometry.bands * method.geometry.rows);
  const auto permutations = static_cast<size_t>(permutations_);
  method.slots = family.slots_are_the_bands ? used : std::max(used, permutations);
  method.seed = family.seed.value_or(0);
  if (!family.seed.has_value()) method.seed = context.common.seed;
  if (minhash_seed_ >= 0) method.seed = static_cast<uint64_t>(minhash_seed_);
  if (method.shingles.unit == ShingleRule::Unit::kToken) {
    method.tokens = std::make_unique<text::BpeModel>(formats::Gpt2Vocab::Embedded());
  }
  if (near) {
    context.Say(
        fmt::format("{} bands of {} rows: {:.1f} % of pairs with a Jaccard index of {} are found",
                    method.geometry.bands, method.geometry.rows,
                    100 * CandidateProbability(threshold_, method.geometry), threshold_));
  }
  return method;
}

}  // namespace owt::dedup
