#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/shingle_rule.h"
#include "stages/dedup/word_folder.h"
#include "stages/text/bpe_encoder.h"

namespace owt::dedup {

// The shingles of texts. A text shorter than one shingle has one, the whole of it: such texts are
// alike only when they are equal after normalization. A text without any word (of bytes or tokens:
// an empty one) has none, and is like no other.
//
// Not thread-safe; keeps its memory between calls.
class Shingler {
 public:
  // `tokens` is needed for shingles of tokens alone, and must outlive the shingler.
  explicit Shingler(ShingleRule rule, const text::BpeModel* tokens = nullptr,
                    text::SimdTier tier = text::BestSimdTier());

  // Calls on_hashes with the 64-bit hashes of the shingles, in order, with repetitions, some
  // hundreds at a time. Shingles of different units have nothing to do with each other.
  using OnHashes = std::function<void(std::span<const uint64_t>)>;
  void ForEachHash(std::string_view text, const OnHashes& on_hashes);

  // The same at once; lives until the next call.
  const std::vector<uint64_t>& Make(std::string_view text);

  // Calls on_text with the shingles themselves: words with one space between them, characters,
  // bytes, or ids of four bytes each, the lowest first. Slower, for families with hashes of others.
  using OnText = std::function<void(std::string_view)>;
  void ForEachText(std::string_view text, const OnText& on_text);

  // How many units the text given last has: a text with fewer than rule().size is a short one.
  uint64_t num_units() const { return num_units_; }

  // The normalized form: the words with one space between them. Lives until the next call.
  std::string_view Normalize(std::string_view text);

  const ShingleRule& rule() const { return rule_; }

 private:
  // A place in `content` for each unit.
  struct Unit {
    uint32_t begin;
    uint32_t end;
  };

  // Turns hashes of words, in order, into those of runs.
  class Runs;

  void HashWords(std::string_view text, const OnHashes& on_hashes);
  void HashTokens(std::string_view text, const OnHashes& on_hashes);
  void HashChars(std::string_view text, const OnHashes& on_hashes);
  void HashWindows(std::string_view text, const OnHashes& on_hashes);
  void FindChars(std::string_view text);
  void Encode(std::string_view text);
  std::string_view FindUnits(std::string_view text);

  const ShingleRule rule_;
  const size_t size_;  // of the rule
  WordFolder folder_;
  std::unique_ptr<text::BpeEncoder> encoder_;
  uint64_t num_units_ = 0;
  std::string normalized_;
  std::vector<Unit> units_;
  std::vector<uint32_t> ids_;
  std::vector<uint64_t> hashes_, shingles_;
};

}  // namespace owt::dedup
