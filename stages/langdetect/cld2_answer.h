#pragma once

#include <array>
#include <string_view>

#include "stages/langdetect/cld2_library.h"

namespace owt::langdetect {

// What CLD2::ExtDetectLanguageSummary says about a text.
struct Cld2Answer {
  std::array<CLD2::Language, 3> languages;  // UNKNOWN_LANGUAGE where there are fewer
  std::array<int, 3> percents = {};         // of text_bytes
  std::array<double, 3> scores = {};        // of 1 KiB
  int text_bytes = 0;                       // letters, and a space for each run of others
  bool reliable = false;

  bool operator==(const Cld2Answer& other) const = default;
};

// The answer of ExtDetectLanguageSummary to plain text, computed by our own code from the library's
// tables; where the last character is a letter, that to the text with a NUL behind it (the library
// reads one character on). `flags`: 0 or kCLDFlagBestEffort. Thread-safe; keeps 240 KB for each
// thread. Throws Error where the library's tables are not as expected. REQUIRES: valid UTF-8, less
// than 2 GiB.
Cld2Answer AskCld2(std::string_view text, const CLD2::CLDHints& hints, int flags);

}  // namespace owt::langdetect
