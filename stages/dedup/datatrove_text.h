#pragma once

#include <string>
#include <string_view>

namespace owt::dedup {

// datatrove 0.10.1's `simplify_text` with the options of its MinHash: lower case, every number "0",
// its list of punctuation and all white space one space, canonical decomposition without marks
// (Mn). `text` is valid UTF-8. The words of the result are what stands between spaces; datatrove
// asks spaCy, which also cuts some of these ("cannot", "0km"): give it tokens with a space between
// them for the same ones, which this leaves as they are.
std::string SimplifyText(std::string_view text);

}  // namespace owt::dedup
