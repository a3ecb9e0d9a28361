#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/large_pages.h"
#include "stages/filter/hash_counter.h"
#include "stages/filter/repeat_guess.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {

// Runs of n words in a text, as datatrove's Gopher filter counts them. Keeps its memory from text
// to text: one per thread. About 3 ns a byte for all n, and linear in the text whatever it is;
// takes some 60 bytes a word.
class Ngrams {
 public:
  static constexpr int kMinTop = 2, kMaxTop = 4;
  static constexpr size_t kMinRepeated = 5, kMaxRepeated = 10;

  // Reads the words that the next calls are about.
  void Load(const TextParts& parts);

  // No value of TopChars is above this one, which takes a tenth of the time.
  uint64_t MostTopChars();

  // For n from kMinTop to kMaxTop: the most frequent n words, joined by spaces, in code points,
  // times how often they are there. Of equally frequent ones the first in the text. 0 where the
  // text has fewer than n words.
  std::array<uint64_t, kMaxTop - kMinTop + 1> TopChars();

  // For n from kMinRepeated to kMaxRepeated: code points of the n words, without spaces, that were
  // there before, from the beginning of the text on; those that are found are stepped over. What is
  // compared are the joined letters: "a bc" is "ab c". With `limits`, a value that is not above its
  // limit may be any that is not, which is often seen without counting, and those behind the first
  // that is above are 0.
  using RepeatedCounts = std::array<uint64_t, kMaxRepeated - kMinRepeated + 1>;
  RepeatedCounts RepeatedChars(const RepeatedCounts* limits = nullptr);

 private:
  // A place that may begin n words that are there more than once.
  struct Candidate {
    uint64_t hash;
    uint32_t word;
  };

  template <class HashOf, class Stays>
  void Collect(size_t num_places, HashOf hash_of, Stays stays);
  void ExtendCandidates(int n);
  uint64_t CountTop(int n);
  template <size_t kBytes>
  uint64_t HashPrefix(size_t word) const;
  template <size_t kBytes>
  void KeepRepeated(size_t n);
  void KeepRepeatedPrefixes(size_t n);
  uint64_t CoveredChars(size_t n) const;
  uint64_t CountRepeated(size_t n);

  std::span<Candidate> candidates() { return {candidates_.data(), num_candidates_}; }

  std::span<const Candidate> candidates() const { return {candidates_.data(), num_candidates_}; }

  size_t BytesOf(size_t word, size_t n) const {
    return first_bytes_[word + n] - first_bytes_[word];
  }

  uint64_t CharsOf(size_t word, size_t n) const {
    return first_chars_[word + n] - first_chars_[word];
  }

  template <class T>
  using Scratch = std::vector<T, LargePages<T>>;

  size_t num_words_ = 0;
  std::vector<char> letters_;          // all words without what is between them, then zeros
  std::vector<uint32_t> first_bytes_;  // of each word in letters_, then the end
  std::vector<uint32_t> first_chars_;  // the same in code points
  Scratch<uint64_t> hashes_;           // of each word
  Scratch<Candidate> candidates_;      // num_candidates_ in the order of the text, then memory
  size_t num_candidates_ = 0;
  std::vector<uint64_t> sums_;  // of MostTopChars
  RepeatGuess guess_;
  HashCounter counter_;
};

}  // namespace owt::filter
