#pragma once

#include <string>
#include <string_view>

namespace owt::langdetect {

struct DetectedLanguage {
  // BCP 47 code ("en", "pt", "zh-Hant"), or "und": no language, or none that CLD2 calls reliable.
  std::string code = "und";
  // Share of the text's letters that is in this language, 0 to 1 in steps of 0.01; for "und" the
  // share of the likeliest candidate, 0 if there is none.
  double score = 0;
};

// The language of plain text by CLD2 with its full embedded tables. Deterministic and thread-safe:
// nothing but the text decides. About 25 MB/s on long texts. REQUIRES: valid UTF-8, less than 2
// GiB.
DetectedLanguage DetectLanguage(std::string_view text);

// Whether DetectLanguage can return `code`.
bool IsKnownLanguage(std::string_view code);

// Version of the library and date of the tables in use.
std::string DetectorVersion();

}  // namespace owt::langdetect
