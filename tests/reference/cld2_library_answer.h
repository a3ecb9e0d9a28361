#pragma once

#include <string>

#include "stages/langdetect/cld2_answer.h"

namespace owt::reference {

// The answer of the library's own code, for which `text` must end with a NUL as strings do.
langdetect::Cld2Answer AskCld2Library(const std::string& text, const CLD2::CLDHints& hints,
                                      int flags);

// Both answers in words where ours is not the library's in every field, else empty.
std::string Cld2Difference(const std::string& text, const CLD2::CLDHints& hints, int flags);

}  // namespace owt::reference
