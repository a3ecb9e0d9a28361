#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "formats/ngram_hash.h"

namespace owt::formats {

// The longest n-grams that are read; KenLM itself is built for 6 unless told otherwise.
inline constexpr int kMaxNgramOrder = 10;

// A value where it lies, aligned or not.
template <class T>
T LoadAt(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// A hash table with open addressing, as KenLM lays it out: entries of kBytes, of which the first 8
// are the key; 0 is an empty place. A key lies at key % buckets or in the first places behind that
// were free. Does not own the entries; any number of threads may ask.
template <size_t kBytes>
class ProbingTable {
 public:
  static constexpr size_t kEntryBytes = kBytes;
  static constexpr size_t kKeyBytes = sizeof(uint64_t);

  ProbingTable() = default;

  // REQUIRES: buckets > 0, that many entries at `entries`.
  ProbingTable(const char* entries, uint64_t buckets)
      : entries_(entries), buckets_(buckets), modulo_(buckets) {}

  // What stands behind the key, or nullptr. Ends also where a hostile file left no place free.
  const char* Find(uint64_t key) const { return FindFrom(key, PlaceOf(key)); }

  // Where Find(key) begins to look, for who wants to have it fetched before.
  const char* PlaceOf(uint64_t key) const { return entries_ + modulo_(key) * kBytes; }

  // Find(key). REQUIRES: at = PlaceOf(key).
  const char* FindFrom(uint64_t key, const char* at) const {
    for (uint64_t tried = 0; tried < buckets_; ++tried) {
      const auto found = LoadAt<uint64_t>(at);
      if (found == key) return at + kKeyBytes;
      if (found == 0) return nullptr;
      at += kBytes;
      if (at == entries_ + buckets_ * kBytes) at = entries_;
    }
    return nullptr;
  }

  const char* entry(uint64_t bucket) const { return entries_ + bucket * kBytes; }

  uint64_t buckets() const { return buckets_; }

 private:
  const char* entries_ = nullptr;
  uint64_t buckets_ = 0;
  FastModulo modulo_;
};

// What an n-gram of any but the highest order weighs: 8 bytes of f32 probability, f32 backoff, both
// log10. The probability is never positive; its sign bit says that no longer n-gram ends with this
// one. A backoff of -0 says that no longer n-gram begins with it.
struct NgramWeights {
  float stored_probability;
  float backoff;

  float probability() const {
    return std::bit_cast<float>(std::bit_cast<uint32_t>(stored_probability) | 0x80000000u);
  }

  bool ends_longer() const { return std::bit_cast<int32_t>(stored_probability) >= 0; }

  bool begins_longer() const { return std::bit_cast<uint32_t>(backoff) != 0x80000000u; }
};

inline constexpr size_t kNgramWeightsBytes = sizeof(NgramWeights);
static_assert(kNgramWeightsBytes == 8);

// Where the parts of a model lie. Word 0 is <unk>, which has no entry among the words. Keys of
// n-grams are those of ngram_hash.h, the last word first.
struct NgramTables {
  int order = 0;                         // 2 to kMaxNgramOrder
  uint64_t num_words = 0;                // every id is less
  ProbingTable<12> words;                // key of a word: u32 id
  const char* unigrams = nullptr;        // NgramWeights[num_words]
  std::vector<ProbingTable<16>> middle;  // orders 2 to order - 1: NgramWeights
  ProbingTable<12> longest;              // f32 probability

  uint32_t IdOf(uint64_t word_key) const {
    const char* id = words.Find(word_key);
    return id == nullptr ? 0 : LoadAt<uint32_t>(id);
  }

  NgramWeights Unigram(uint32_t id) const {
    return LoadAt<NgramWeights>(unigrams + size_t{id} * kNgramWeightsBytes);
  }
};

}  // namespace owt::formats
