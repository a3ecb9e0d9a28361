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
// nothing but the text and the options decide. About 25 MB/s on long texts. REQUIRES: valid UTF-8,
// less than 2 GiB.
DetectedLanguage DetectLanguage(std::string_view text, const Cld2Options& options = {});

// Whether DetectLanguage can return `code`.
bool IsKnownLanguage(std::string_view code);

// Has the C library keep up to 16 MiB a thread of what is freed: CLD2 allocates some 100 KiB for
// each text, and asking the system for them takes as long as it takes to judge a line. Without
// effect elsewhere than in the GNU C library.
void KeepFreedMemory();

// Version of the library and date of the tables in use.
std::string DetectorVersion();

}  // namespace owt::langdetect
