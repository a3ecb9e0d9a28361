#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/filter/hash_counter.h"
#include "stages/filter/repeat_guess.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {

// Runs of n words in a text, each word compared as a whole (Ngrams compares joined letters). Keeps
// its memory from text to text: one per thread. Linear in the text; takes some 40 bytes a word.
class WordRuns {
 public:
  static constexpr size_t kMin = 2, kMax = 10;

  // Of all runs of n words, each place counted; all in code points of words, without what is
  // between them.
  struct Count {
    uint64_t runs = 0;      // how many there are
    uint64_t most = 0;      // times that the most frequent one is there
    uint64_t first = 0;     // its length: of equally frequent ones the first in the text
    uint64_t longest = 0;   // the same, of equally frequent ones the longest
    uint64_t repeated = 0;  // of all places of runs that are there more than once
    uint64_t all = 0;       // of all places
    uint64_t covered = 0;   // of words that are part of a run that is there more than once
  };

  // Counts of n from kMin to kMax.
  using Counts = std::array<Count, kMax - kMin + 1>;
  Counts Of(std::string_view text, std::span<const Word> words);

  // Code points of the words that were counted last.
  uint64_t num_chars() const { return first_chars_.empty() ? 0 : first_chars_.back(); }

 private:
  // A place that may begin a run that is there more than once.
  struct Candidate {
    uint64_t hash;
    uint32_t word;
  };

  void Load(std::string_view text, std::span<const Word> words);
  void CollectPairs();
  void Extend(size_t n);
  Count CountRuns(size_t n);

  uint64_t CharsOf(size_t word, size_t n) const {
    return first_chars_[word + n] - first_chars_[word];
  }

  std::vector<uint64_t> hashes_;       // of each word
  std::vector<uint64_t> first_chars_;  // code points of the words before each, then of all
  std::vector<Candidate> candidates_;  // in the order of the text
  RepeatGuess guess_;
  HashCounter counter_;
};

}  // namespace owt::filter
