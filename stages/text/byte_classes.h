#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/text/token_borders.h"

namespace owt::text {

// What 64 bytes of text are, a bit for each, the first byte lowest. Every byte of a character has
// the character's class; a byte that is not part of valid UTF-8 has none. No class at all is that
// of marks, punctuation, symbols, controls: "other".
struct ByteClasses {
  static constexpr size_t kBytes = 64;

  uint64_t letter = 0;
  uint64_t number = 0;
  uint64_t white = 0;
  uint64_t space = 0;       // U+0020, white too
  uint64_t apostrophe = 0;  // U+0027
  uint64_t beyond_ascii = 0;
  uint64_t inside_white = 0;  // second and third bytes of white space beyond ASCII
  uint64_t cuts = 0;          // see TextSpan::borders
};

// Bytes that make most letters beyond ASCII known without a look at each, in the order of the text
// as above: Cyrillic, the common ideographs and most of Hangul.
struct LetterBytes {
  uint64_t inside = 0;    // 80 to BF: all but the first byte of a character
  uint64_t of_two = 0;    // D0, D1: every character of two bytes that they begin is a letter
  uint64_t of_three = 0;  // E4 without B7 behind it, E5 to E9, EB, EC: the same of three bytes
};

// A letter, number or white space that begins in one block and ends in the next.
struct StraddlingChar {
  unsigned num_bytes = 0;  // in the next block
  unsigned value = 0;      // its UnicodeClass
};

// A text, and what is known of those who will look at its pieces.
struct TextSpan {
  const char* begin;
  const char* end;

  // Where it is given, a piece begins with every character beyond ASCII that no token may join to
  // what is before it.
  const TokenBorders* borders;
};

// Adds to *classes, in which the ASCII bytes stand, what the others are. `block` are the 64 bytes
// and `letters` theirs; bytes outside of `text` are not read. *straddling holds what the block
// before left, and then what this one leaves. About 5 ns a character that is not in `letters`.
void ClassifyBeyondAscii(const char* block, const LetterBytes& letters, const TextSpan& text,
                         StraddlingChar* straddling, ByteClasses* classes);

}  // namespace owt::text
