#pragma once

#include <cstdint>
#include <string_view>

namespace owt::filter {

// How many sentences a line has, one at least. A sentence ends behind a run of terminal marks
// (character_sets.h) and the quotes and brackets that close behind it, where white space or the end
// of the line follows; behind an ideographic or full-width mark it ends whatever follows.
// Abbreviations end sentences. One pass. REQUIRES: valid UTF-8.
uint64_t CountSentences(std::string_view line);

}  // namespace owt::filter
