#pragma once

#include <string>

#include "stages/filter/changes.h"
#include "stages/filter/findings.h"
#include "stages/filter/gopher_quality.h"
#include "stages/filter/gopher_repetition.h"
#include "stages/filter/hash_counter.h"
#include "stages/filter/text_parts.h"
#include "stages/filter/word_runs.h"

namespace owt::filter {

// Gopher's rules as Dolma 1.5 asks them (Soldaini et al. 2024, https://arxiv.org/abs/2402.00159;
// python/dolma/taggers/gopher.py of allenai/dolma, gopher_v1, with the thresholds of
// configs/dolma-v1_5/mixing/cc-head.yaml). What counts otherwise than in gopher_quality.h:
// - all words count, and of their lengths the median;
// - symbols are words that hold "#" or U+2026: gopher_too_many_symbols;
// - lines are those of text.split("\n") as they stand, blank ones too; bullets are "*" and "-", and
//   U+2026 alone is an ellipsis;
// - stop words count as often as they are there.
bool JudgeDolmaQuality(const TextParts& parts, const GopherQualityRules& rules, Findings* findings);

// And than in gopher_repetition.h:
// - of equal lines all are repeated, the first and blank ones too; paragraphs are not asked about;
// - the whole are the characters of words, for runs of 5 words and more those of all runs at all
//   places; a run counts at each place where it is.
bool JudgeDolmaRepetition(const TextParts& parts, const GopherRepetitionRules& rules,
                          HashCounter* counter, WordRuns* runs, Findings* findings);

// Dolma's rule before these (c4_v1's lines_with_no_ending_punctuation, section 3.1.2 of the paper):
// leaves in *out the lines of text.split("\n") that end in . ? ! or " but for white space.
void KeepEndedLines(const TextParts& parts, std::string* out, Changes* changes);

}  // namespace owt::filter
