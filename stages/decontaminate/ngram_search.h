#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stages/decontaminate/ngram_keys.h"
#include "stages/decontaminate/word_reader.h"

namespace owt::decontaminate {

// A key in a text: bytes [begin, end) from its first word to its last.
struct Match {
  uint32_t key;
  size_t begin, end;
};

// Looks for keys in texts, in linear time and 100 KiB of memory whatever the text. One per thread.
class NgramSearch {
 public:
  // `keys` must be indexed and outlive the search.
  explicit NgramSearch(const NgramKeys& keys);

  // The longest key at each word at which one begins, in the order of the text.
  void FindAll(std::string_view text, std::vector<Match>* matches);

  // The keys that are met when the text is read from the left, the longest at a word, and reading
  // goes on behind each.
  void FindGreedily(std::string_view text, std::vector<uint32_t>* keys);

  // What filter_ngrams.py finds first in the text from byte `from` on: at each word the longest
  // possible key, then the shorter ones from the shortest up; only where as many words follow as
  // the longest possible key has. If there is none, and there are more than so many words, the
  // shorter keys among the last of them, the shortest first.
  std::optional<Match> FindFirst(std::string_view text, size_t from);

 private:
  // Calls on_word(words, available) for each word at which a key may begin, with at least `needed`
  // words, or as many as any key has where the text goes on. It returns the number of words to step
  // over, or 0 to end.
  template <class OnWord>
  void Walk(std::string_view text, size_t from, size_t needed, OnWord on_word);

  uint32_t Find(const Word* words, size_t count);
  uint32_t FindLongest(const Word* words, size_t available);
  static Match MatchOf(uint32_t key, const Word* words, size_t count);

  const NgramKeys& keys_;
  WordReader reader_;
  std::string_view text_;
  size_t from_ = 0;
  std::vector<Word> words_;  // a stretch of the text's
  size_t num_held_ = 0;      // of words_
  size_t num_read_ = 0;      // of the text
  size_t found_words_ = 0;   // of the key that FindLongest found
  std::string scratch_;
};

}  // namespace owt::decontaminate
