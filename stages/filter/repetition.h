#pragma once

#include <cstdint>
#include <string_view>

#include "stages/filter/hash_counter.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {

// Parts of a text that were there before in it: all but the first of equal ones.
struct Repeats {
  uint64_t parts = 0;     // how many parts there are
  uint64_t repeated = 0;  // how many of them repeat an earlier one
  uint64_t chars = 0;     // code points of these

  double fraction() const {
    return parts == 0 ? 0 : static_cast<double>(repeated) / static_cast<double>(parts);
  }
};

// Lines as re.split("\n+", text) cuts them: empty ones count at the ends of the text alone.
Repeats RepeatedLines(const TextParts& parts, HashCounter* seen);

// Lines of text.split("\n") that are not blank.
Repeats RepeatedFullLines(const TextParts& parts, HashCounter* seen);

// Paragraphs as re.split("\n{2,}", text.strip()) cuts them.
Repeats RepeatedParagraphs(const TextParts& parts, HashCounter* seen);

}  // namespace owt::filter
