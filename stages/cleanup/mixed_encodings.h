#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "stages/cleanup/code_pages.h"

namespace owt::cleanup {

// Bytes [begin, end) of a text, which were UTF-8 and were decoded with pages.back(), and that as
// often as there are pages, with pages[0] last.
struct MixedPart {
  size_t begin, end;
  std::vector<CodePage> pages;
};

// Decodes the parts of a text that are mojibake, where others are not or are that of another page:
// what ftfy leaves alone (its issue 123). No rule of it is ftfy's but what looks bad.
//
// A stretch of a page is as many characters, one behind the other, as the page turns into whole
// sequences of UTF-8 and ASCII, from the first sequence to the last. From the left, the stretch
// that begins first (of those the longest, then the one whose highest character is the lowest,
// since common letters have low numbers, then by the order of the pages) is decoded if it looks bad
// by itself and the text looks bad at fewer places afterwards (CountBad); else it stays. Characters
// that Unicode does not assign, or leaves to private use, end a stretch: nobody wrote them;
// and so does a quote with one character of the page behind it, which people do write.
//
// Returns false, with `out` and `parts` unspecified, if there is none; else the text with all of
// them decoded is in *out, which looks bad at fewer places and is shorter, and the parts are in
// order of the text. Linear. REQUIRES: valid UTF-8.
bool DecodeMixedParts(std::string_view text, std::string* out, std::vector<MixedPart>* parts);

// The characters at which one of the rules of badness.h ends.
size_t CountBad(std::string_view text);

}  // namespace owt::cleanup
