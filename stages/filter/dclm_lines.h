#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "stages/filter/changes.h"
#include "stages/filter/findings.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {

// The rules of DCLM-Baseline on lines of text.split("\n"), which are RefinedWeb's (Penedo et al.
// 2023, https://arxiv.org/abs/2306.01116, G.2), as baselines/mappers/modifiers.py of
// mlfoundations/dclm has them with the arguments of dclm_baseline_refinedweb.yaml.
struct DclmLineRules {
  uint64_t max_line_feeds = 2;      // more in a row become so many
  double max_capitals = 0.5;        // lines with a larger part of capitals go
  double max_digits = 0.999999;     // and with a larger part of digits
  bool counters = true;             // "3 likes", "1,200 Views" go
  uint64_t min_line_words = 2;      // lines of fewer words go, but not empty ones
  bool phrases = true;              // "items in cart", "Read more..." at the end, "Sign-in" at the
  uint64_t max_phrase_words = 10;   // beginning go out of lines of so many words or fewer
  double max_removed_words = 0.05;  // texts that lose a larger part of their words go
};

// Applies them. Keeps its memory from text to text: one per thread.
class DclmLineEditor {
 public:
  // True: no rule needs to be asked any more. Reasons are empty, where no line stays, and
  // dclm_removed_words, of words that begin with a letter or digit.
  bool Edit(const TextParts& parts, const DclmLineRules& rules, Findings* findings,
            Changes* changes);

  // The lines that stay. Valid until the next call.
  const std::string& text() const { return text_; }

 private:
  struct Piece {
    std::string_view text;
    size_t position;  // of the line in the text
    uint64_t words;   // 0: white space alone, or nothing
  };

  void Load(const TextParts& parts, uint64_t max_line_feeds, Changes* changes);
  template <class Goes>
  void Remove(std::string_view rule, Goes goes, Changes* changes);
  void Strip();
  template <class CutOut>
  void RemovePhrase(std::string_view rule, const DclmLineRules& rules, CutOut cut_out,
                    Changes* changes);

  std::string text_;
  std::vector<Piece> lines_;
  std::deque<std::string> edited_;  // lines that phrases were taken out of
  std::string scratch_;
  TextParts after_;  // the words that stay
};

}  // namespace owt::filter
