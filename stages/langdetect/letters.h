#pragma once

#include <string>
#include <string_view>

namespace owt::langdetect {

// What a text's letters are, before a model is asked for its language. REQUIRES: valid UTF-8.

// Whether there is any character of Unicode's category L.
bool HasLetter(std::string_view text);

// Whether most letters are capitals, and two at least.
bool IsMostlyCapitals(std::string_view text);

// The text in small letters, each by itself (no rule looks at its neighbours).
std::string Lowered(std::string_view text);

}  // namespace owt::langdetect
