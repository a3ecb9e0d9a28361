#pragma once

#include <string>
#include <string_view>

namespace owt::langdetect {

struct DetectedLanguage {
  // BCP 47 code ("en", "pt", "zh-Hant"), or "und": no language, or none that CLD2 calls reliable.
  std::string code = "und";
  // Share of the text's letters that is in this language, 0 to 1 in steps of 0.01; for "und" the
  // share of the likeliest candidate, 0 if there is none.
  float score = 0;
};

struct Cld2Options {
  bool best_effort = false;  // names the likeliest language also where it is not reliable
  // What is known beside the text: "id" makes Indonesian likelier, "mi,en" Maori and English.
  // Empty: nothing.
  std::string top_level_domain = {};
  std::string content_language = {};
};

// The language of plain text by CLD2 with its full embedded tables. Deterministic and thread-safe:
// nothing but the text and the options decide. Linear. REQUIRES: valid UTF-8, less than 2 GiB.
DetectedLanguage DetectLanguage(std::string_view text, const Cld2Options& options = {});

// Whether DetectLanguage can return `code`.
bool IsKnownLanguage(std::string_view code);

// Reads CLD2's tables, which the first text does otherwise. Throws Error where the installed
// library has others than expected.
void LoadDetector();

// Version of the library and date of the tables in use.
std::string DetectorVersion();

}  // namespace owt::langdetect
