#pragma once

#include <cstdint>

#include "stages/filter/findings.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {

// Rules on what characters a text is made of, as NeMo Curator's heuristic filters have them: most
// that may be, to all code points.
struct CharacterRules {
  double max_non_alnum = 0.25;      // all but a-z, A-Z, 0-9, "\n" and . , ? !
  double max_digits = 0.15;         // 0-9
  double max_urls = 0.2;            // of "http://" and "https://" and the host that follows
  double max_white_space = 0.25;    // tab, line feed, carriage return, backspace and blank
  double max_brackets = 0.1;        // {}, [], () and U+27E8, U+27E9
  uint64_t max_word_length = 1000;  // of the longest word, in code points
};

// True: no rule needs to be asked any more. Reasons are alpha_numeric, numbers_ratio, urls_ratio,
// white_space, parentheses_ratio, max_word_length. An empty text has 1 of each.
bool JudgeCharacters(const TextParts& parts, const CharacterRules& rules, Findings* findings);

}  // namespace owt::filter
