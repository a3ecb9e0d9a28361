#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stages/filter/phrase_trie.h"

namespace owt::filter {

// The rule of C4 against texts that hold a word of a list, as datatrove's C4BadWordsFilter reads
// it: the text in lower case, the word with no letter, digit or _ beside it. Immutable, safe to
// share between threads.
class BadWords {
 public:
  // `words` as the list has them: in lower case, which may be several words in one. With `anywhere`
  // a part of a word counts too, as for Japanese, Thai and Chinese.
  BadWords(std::vector<std::string> words, bool anywhere);

  // Whether one of them is in `text`, which must be valid UTF-8; *scratch holds it in lower case.
  bool FoundIn(std::string_view text, std::string* scratch) const;

 private:
  PhraseTrie trie_;
  bool anywhere_;
};

// Makes *out `text` in lower case, as Python's lower() makes it.
void LowerText(std::string_view text, std::string* out);

}  // namespace owt::filter
