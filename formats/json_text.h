#pragma once

#include <string>
#include <string_view>

namespace owt {

// Appends what the inside of a JSON string (without quotes, no raw control characters) stands for.
// Returns the reason why it is no text, or an empty one: invalid_json, lone_surrogate, nul_in_text.
// With `replace_surrogates` each lone surrogate becomes U+FFFD instead.
std::string_view AppendUnescaped(std::string_view json, std::string* out,
                                 bool replace_surrogates = false);

}  // namespace owt
