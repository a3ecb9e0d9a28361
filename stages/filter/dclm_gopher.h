#pragma once

#include "stages/filter/findings.h"
#include "stages/filter/gopher_quality.h"
#include "stages/filter/gopher_repetition.h"
#include "stages/filter/hash_counter.h"
#include "stages/filter/text_parts.h"
#include "stages/filter/word_runs.h"

namespace owt::filter {

// Gopher's rules as DCLM-Baseline asks them (Li et al. 2024, https://arxiv.org/abs/2406.11794;
// baselines/mappers/filters/content_filters.py of mlfoundations/dclm with the arguments of
// dclm_baseline_refinedweb.yaml). What counts otherwise than in gopher_quality.h:
// - words for their number begin with a letter or digit; the mean length is that of all words;
// - "#", "...", ". . ." and U+2026 together are the symbols: gopher_too_many_symbols;
// - bullets are U+25CF, U+2022, "*" and "-", lines those that are not blank, and ". . ." ends them
//   like an ellipsis, too;
// - stop words count as often as they are there, in any case.
// A text without words is empty.
bool JudgeDclmQuality(const TextParts& parts, const GopherQualityRules& rules, Findings* findings);

// And than in gopher_repetition.h:
// - all of equal lines and paragraphs are repeated, the first too. They have no white space round
//   them, blank ones do not count, and of one alone nothing is asked;
// - words begin with a letter or digit, and the whole are the characters of words (of lines, of
//   paragraphs);
// - of the most frequent runs the longest counts, and of runs of 5 words and more all words that
//   are part of a repeated one, each once.
bool JudgeDclmRepetition(const TextParts& parts, const GopherRepetitionRules& rules,
                         HashCounter* counter, WordRuns* runs, Findings* findings);

// Words that begin with a letter or digit (Python's isalnum()).
uint64_t CountAlnumWords(const TextParts& parts);

}  // namespace owt::filter
