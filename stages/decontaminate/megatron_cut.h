#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stages/decontaminate/cut_text.h"
#include "stages/decontaminate/ngram_search.h"

namespace owt::decontaminate {

// What Megatron-LM's filter_ngrams.py does to a text, with its positions: those of text.lower(),
// in which a U+0130 is two characters, used on the text itself; and a match is taken to be as long
// as its words with one space between them. (Where more than `margin` U+0130 make it look behind
// the end of the text it dies of an IndexError; here the last character is looked at.)

// Cuts at the first match, then in the rest behind the cut, and so on. `pieces` are as the script
// writes them; `removed` is what lies between.
void MegatronCut(std::string_view text, const CutRules& rules, NgramSearch* search,
                 const NgramKeys& keys, CutText* cut);

// The keys that it counts in the first of its passes; each adds 1 a document, however often.
void MegatronCount(std::string_view text, NgramSearch* search, const NgramKeys& keys,
                   std::vector<uint32_t>* found);

}  // namespace owt::decontaminate
