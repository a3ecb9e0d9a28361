#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/decontaminate/ngram_search.h"

namespace owt::decontaminate {

// What is cut out of a text, and what of the rest is kept. Lengths are in characters (code points).
struct CutRules {
  uint64_t margin = 200;           // cut on either side of a match, and on to the end of a sentence
  uint64_t min_piece_chars = 200;  // only pieces of more are kept
};

// Bytes of a text.
struct Span {
  size_t begin, end;

  bool operator==(const Span&) const = default;
};

// A stretch of a text that is taken out.
struct Cut {
  uint32_t key;       // the first in it
  uint64_t num_keys;  // matches that overlap
  Span match;         // from the first word of them to the last
  Span removed;       // with the margins; what was cut out before is no part of it
};

struct CutText {
  std::vector<Cut> cuts;     // in the order of the text; none: the text stays as it is
  std::vector<Span> pieces;  // what is kept, in the order of the text

  void Clear() {
    cuts.clear();
    pieces.clear();
  }
};

// A sentence ends behind one of these.
inline bool EndsSentence(char c) { return c == '.' || c == '!' || c == '?'; }

// Byte behind the next `count` characters from byte `at` on, or the end of the text; and byte of
// the character `count` before, or `from`.
size_t StepForward(std::string_view text, size_t at, uint64_t count);
size_t StepBack(std::string_view text, size_t from, size_t at, uint64_t count);

// Whether the text from `begin` to `end` has more than `count` characters. Takes time for so many.
bool HasMoreThan(std::string_view text, Span span, uint64_t count);

// Takes all matches out: from behind the last end of a sentence that stands `margin` characters or
// more before a match, to behind the first that stands so many or more behind it. The rest is cut
// into pieces there; white space (ASCII) around a piece is no part of it. Linear in text and
// matches. `matches` are in the order of the text.
void CutMatches(std::string_view text, std::span<const Match> matches, const CutRules& rules,
                CutText* cut);

}  // namespace owt::decontaminate
