#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/large_pages.h"
#include "stages/decontaminate/word_reader.h"

namespace owt::decontaminate {

// How many words a key has.
struct KeyLengths {
  static constexpr size_t kMost = 63;

  // Texts of fewer words are no keys, of fewer than `most` one key, the others one at each word.
  // 2 <= least <= most <= kMost.
  size_t least = 8;
  size_t most = 13;
};

// What words n to n + m hash to, from that of words n - 1 to n + m - 1: a cyclic polynomial, which
// is good for up to 64 words.
inline uint64_t RollHash(uint64_t hash, uint64_t leaving, uint64_t entering, size_t num_words) {
  return std::rotl(hash, 1) ^ std::rotl(leaving, static_cast<int>(num_words)) ^ entering;
}

inline uint64_t HashWords(const Word* words, size_t count) {
  uint64_t hash = 0;
  for (size_t i = 0; i < count; ++i) hash = std::rotl(hash, 1) ^ words[i].hash;
  return hash;
}

// The n-grams of the tasks' texts: which words begin one, and which one they are. 40 to 60 bytes
// each, 6 of them in English for the texts, which are kept once for all keys in them. Build it,
// then ask from any number of threads.
class NgramKeys {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  explicit NgramKeys(KeyLengths lengths) : rule_(lengths) {}

  // Adds the keys of a task's text; a key that was there before stays that of the task before.
  // Throws Error{kResource} beyond 4 GiB of texts.
  void AddText(std::string_view text, uint16_t task);

  // To be called behind the last AddText, before anything is asked.
  void Index();

  // Takes keys that are in `threshold` documents or more out of use; `counts` are by key. Returns
  // how many that are.
  size_t LeaveOut(std::span<const uint64_t> counts, uint64_t threshold);

  // The numbers of words that keys in use have, rising.
  std::span<const uint8_t> lengths() const { return lengths_; }

  // The least of them; 0 where there is no key.
  size_t prefix() const { return lengths_.empty() ? 0 : lengths_[0]; }

  const KeyLengths& rule() const { return rule_; }

  size_t size() const { return keys_.size(); }

  uint64_t bytes() const;

  // Whether a key may begin with prefix() words of this HashWords. Of 200 that do not, one passes.
  bool MayBegin(uint64_t hash) const {
    const uint64_t bits = BitsOf(hash);
    return (filter_[hash >> filter_shift_] & bits) == bits;
  }

  // The key that is these words of `text`, which begins at byte `from`, or kNone. `scratch` is
  // overwritten.
  uint32_t Find(std::string_view text, size_t from, const Word* words, size_t count,
                std::string* scratch) const;

  // The words of a key in lower case, with one space between them.
  std::string_view TextOf(uint32_t key) const {
    return std::string_view(texts_).substr(keys_[key].begin, keys_[key].bytes);
  }

  uint16_t TaskOf(uint32_t key) const { return keys_[key].task; }

 private:
  struct Key {
    uint64_t hash;
    uint32_t begin, bytes;  // in texts_
    uint16_t task;
    uint8_t num_words;
    bool is_used;
  };

  // Three bits of a word of the filter, from the low bits of a hash.
  static uint64_t BitsOf(uint64_t hash) {
    return uint64_t{1} << (hash & 63) | uint64_t{1} << (hash >> 6 & 63) |
           uint64_t{1} << (hash >> 12 & 63);
  }

  void AddKey(const Word* words, size_t count, uint32_t begin, uint32_t end, uint16_t task);
  uint32_t Lookup(uint64_t hash, std::string_view words) const;
  void Insert(uint32_t key);
  void GrowSlots(size_t num_keys);

  KeyLengths rule_;
  std::string texts_;
  std::vector<Key> keys_;
  std::vector<uint32_t, LargePages<uint32_t>> slots_;  // open addressing; kNone is empty
  std::vector<uint64_t, LargePages<uint64_t>> filter_;
  int filter_shift_ = 63;
  std::vector<uint8_t> lengths_;
  std::vector<Word> words_;  // of AddText
};

}  // namespace owt::decontaminate
