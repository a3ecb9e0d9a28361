#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace owt::reference {

// The normalized words of any bytes, character by character through ICU: what
// stages/dedup/word_folder.h says in its first paragraph.
std::vector<std::string> FoldedWords(std::string_view text);

}  // namespace owt::reference
