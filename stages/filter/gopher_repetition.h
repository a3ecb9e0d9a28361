#pragma once

#include <array>
#include <cstdint>

#include "stages/filter/findings.h"
#include "stages/filter/ngrams.h"
#include "stages/filter/repetition.h"

namespace owt::filter {

// The repetition rules of Gopher (Rae et al. 2021, table A1) as datatrove's GopherRepetitionFilter
// reads them: most that may be repeated. 0 turns a rule about lines or paragraphs off.
struct GopherRepetitionRules {
  double max_lines = 0.3;            // repeated lines to lines
  double max_paragraphs = 0.3;       // the same of paragraphs
  double max_line_chars = 0.2;       // code points of repeated lines to those of the text
  double max_paragraph_chars = 0.2;  // the same of paragraphs
  // Code points of the most frequent 2, 3, 4 words to those of the text.
  std::array<double, 3> max_top_ngrams = {0.20, 0.18, 0.16};
  // Code points of repeated 5, 6, ... 10 words to those of the text.
  std::array<double, 6> max_ngrams = {0.15, 0.14, 0.13, 0.12, 0.11, 0.10};
};

// True: no rule needs to be asked any more. Reasons are empty, dup_para_frac, dup_para_char_frac,
// dup_line_frac, dup_line_char_frac, top_2_gram ... top_4_gram, duplicated_5_n_grams ...
// duplicated_10_n_grams.
bool JudgeGopherRepetition(const TextParts& parts, const GopherRepetitionRules& rules,
                           HashCounter* counter, Ngrams* ngrams, Findings* findings);

}  // namespace owt::filter
