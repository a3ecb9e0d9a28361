#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/dedup/lsh.h"

namespace owt::dedup {

// XXH3 with 128 bits: texts with equal keys are taken for equal.
struct TextKey {
  uint64_t low = 0;
  uint64_t high = 0;

  auto operator<=>(const TextKey&) const = default;
};

TextKey KeyOf(std::string_view text);

// No document of this number.
constexpr uint32_t kNoDocument = ~uint32_t{0};

// What the first pass keeps of every record: the key of its text and its band keys. Records are
// numbered from 0 in the order of the input; those that are no documents keep their numbers.
// 17 + 8 * bands bytes a record. Not thread-safe.
class Index {
 public:
  // `bands` may be 0: exact copies only.
  explicit Index(int bands) : bands_(bands) {}

  // Adds the next document. `band_keys` has `bands` keys, or none for a text without shingles.
  void Add(const TextKey& key, std::span<const uint64_t> band_keys);

  // Counts records up to `size` that are no documents.
  void SkipTo(uint64_t size);

  uint64_t size() const { return states_.size(); }

  uint64_t bytes() const {
    return states_.size() * (sizeof(TextKey) + 1 + static_cast<uint64_t>(bands_) * 8);
  }

  // For every record the first one with the same text (itself for the first), or kNoDocument.
  std::vector<uint32_t> FirstCopies() const;

  // The candidates among first copies. Gives the band keys' memory back.
  Buckets TakeCandidates(std::span<const uint32_t> first_copies);

 private:
  enum class State : uint8_t { kNone, kWithoutShingles, kSigned };

  int bands_;
  std::vector<State> states_;
  std::vector<TextKey> keys_;
  std::vector<uint64_t> band_keys_;  // of records in state kSigned only
};

}  // namespace owt::dedup
