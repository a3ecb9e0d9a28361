#pragma once

#include "stages/filter/gopher_quality.h"

namespace owt::filter {

// Every rule of Gopher's quality turned off.
inline GopherQualityRules NoQuality() {
  GopherQualityRules rules{};
  rules.min_words = rules.max_words = rules.min_stop_words = 0;
  rules.min_word_length = rules.max_word_length = rules.max_symbols = rules.max_bullet_lines = 0;
  rules.max_ellipsis_lines = rules.min_letter_words = 0;
  return rules;
}

}  // namespace owt::filter
