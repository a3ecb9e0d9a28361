#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/filter/findings.h"
#include "stages/filter/text_parts.h"

namespace owt::filter {

// Words of which a text in a language has some. Immutable, safe to share between threads.
class StopWords {
 public:
  explicit StopWords(std::vector<std::string> words);

  // How many of them are words of the text, each counted once; stops at `enough`.
  uint64_t CountIn(const TextParts& parts, uint64_t enough = UINT64_MAX) const;

  // How many words of the text are among them; with `any_case` also when they are in Python's
  // lower().
  uint64_t CountAllIn(const TextParts& parts, bool any_case) const;

 private:
  struct Entry {
    uint64_t begin;  // its first 8 bytes, or all with zeros behind them
    std::string word;
  };

  bool Has(std::string_view word) const;

  std::vector<Entry> words_;  // sorted by first byte
  // Where the words with a first byte begin in words_, and then the end.
  std::array<uint32_t, 257> first_{};
  std::array<uint32_t, 256> lengths_{};  // of these words, a bit for each (LengthBit)
  size_t longest_ = 0;
};

// The quality rules of Gopher (Rae et al. 2021, https://arxiv.org/abs/2112.11446, section A.1.1) as
// datatrove's GopherQualityFilter reads them. 0 turns a rule off.
struct GopherQualityRules {
  uint64_t min_words = 50;  // words with a character that is no symbol
  uint64_t max_words = 100000;
  double min_word_length = 3;  // mean of these words, in code points
  double max_word_length = 10;
  double max_symbols = 0.1;         // "#" and, apart from it, "..." and U+2026, to words
  double max_bullet_lines = 0.9;    // lines that begin with U+2022 or "-"
  double max_ellipsis_lines = 0.3;  // lines that end with "..." or U+2026
  double min_letter_words = 0.8;    // words with a letter
  uint64_t min_stop_words = 2;      // different ones of those below
  StopWords stop_words{{"the", "be", "to", "of", "and", "that", "have", "with"}};
};

// True: no rule needs to be asked any more (findings.h). Reasons are gopher_short_doc,
// ..._long_doc, _below_avg_threshold, _above_avg_threshold, _too_many_hashes, _too_many_ellipsis,
// _too_many_bullets, _too_many_end_ellipsis, _below_alpha_threshold, _enough_stop_words. A ratio to
// nothing is 0.
bool JudgeGopherQuality(const TextParts& parts, const GopherQualityRules& rules,
                        Findings* findings);

// Times that "..." is in the text, none inside of another.
uint64_t CountDots(std::string_view text);

}  // namespace owt::filter
