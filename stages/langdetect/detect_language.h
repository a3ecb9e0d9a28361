#pragma once

#include <string>
#include <string_view>

namespace owt::langdetect {

struct DetectedLanguage {
  // BCP 47 code ("en", "pt", "zh-Hant"), or "und": no language is certain enough.
  std::string code = "und";
  // Share of the text's letters that is in this language, 0 to 1 in steps of 0.01; for "und" the
  // share of the likeliest candidate, 0 if there is none.
  double score = 0;
  // Whether CLD2 calls its answer reliable. False with "und"; with `best_effort` also with guesses.
  bool reliable = false;
};

// The language of plain text by CLD2 with its full embedded tables (174 languages). Deterministic
// and thread-safe: nothing but the text decides. With `best_effort` an unreliable guess is returned
// instead of "und". REQUIRES: valid UTF-8, less than 2 GiB. About 25 MB/s on long texts.
DetectedLanguage DetectLanguage(std::string_view text, bool best_effort = false);

// Version of the library and date of the tables in use.
std::string DetectorVersion();

}  // namespace owt::langdetect
