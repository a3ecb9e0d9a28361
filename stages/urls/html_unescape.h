#pragma once

#include <string>
#include <string_view>

namespace owt::urls {

// Reddit stores URLs as HTML ("a?b=1&amp;c=2"). Appends `text` with its character references
// decoded exactly as Python's html.unescape does: HTML 5's names, the old ones also without
// semicolon and inside a longer word, windows-1252 for 0x80-0x9F, nothing for control characters
// and non-characters.
void AppendUnescaped(std::string_view text, std::string* out);

}  // namespace owt::urls
