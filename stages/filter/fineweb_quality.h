#pragma once

#include <cstdint>

#include "stages/filter/findings.h"
#include "stages/filter/hash_counter.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {

// FineWeb's own rules (Penedo et al. 2024, https://arxiv.org/abs/2406.17557, section 3.6) as
// datatrove's FineWebQualityFilter reads them. Lines are those of text.split("\n") that are not
// blank.
struct FineWebRules {
  double min_punct_lines = 0.12;  // lines that end with a terminal mark (character_sets.h)
  bool allow_no_punct = false;    // a text without any such line passes that rule
  double max_short_lines = 0.67;  // lines of short_line code points or fewer
  uint64_t short_line = 30;
  double max_repeated = 0.01;   // code points of repeated lines to those of the text but "\n"
  double max_line_feeds = 0.3;  // "\n" to words
};

// True: no rule needs to be asked any more. Reasons are empty, line_punct_ratio, short_line_ratio,
// char_dup_ratio, list_ratio.
bool JudgeFineWeb(const TextParts& parts, const FineWebRules& rules, HashCounter* counter,
                  Findings* findings);

}  // namespace owt::filter
