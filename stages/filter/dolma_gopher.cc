#include "stages/filter/dolma_gopher.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "pipeline/hash.h"
#include "stages/filter/repetition_names.h"

namespace owt::filter {
namespace {

constexpr std::string_view kOneEllipsis = "\u2026";

// Python's statistics.median; 0 of nothing.
double MedianLength(const TextParts& parts) {
  std::vector<uint32_t> lengths;
  lengths.reserve(parts.words().size());
  for (const Word& word : parts.words()) lengths.push_back(word.chars);
  if (lengths.empty()) return 0;
  const auto middle = lengths.begin() + static_cast<ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  const double upper = *middle;
  if (lengths.size() % 2 == 1) return upper;
  return (*std::max_element(lengths.begin(), middle) + upper) / 2;
}

// Words that hold `mark` or are marked already.
void MarkWords(const TextParts& parts, std::string_view mark, std::vector<uint32_t>* marked) {
  const auto words = parts.words();
  size_t w = 0;
  for (size_t at = parts.text().find(mark); at != std::string_view::npos;
       at = parts.text().find(mark, words[w].end)) {
    const auto behind =
        std::upper_bound(words.begin() + static_cast<ptrdiff_t>(w), words.end(), at,
                         [](size_t position, const Word& word) { return position < word.begin; });
    w = static_cast<size_t>(behind - words.begin()) - 1;
    marked->push_back(static_cast<uint32_t>(w));
  }
}

uint64_t CountSymbolWords(const TextParts& parts) {
  std::vector<uint32_t> marked;
  MarkWords(parts, "#", &marked);
  if (parts.num_ellipses() > 0) MarkWords(parts, kOneEllipsis, &marked);
  std::sort(marked.begin(), marked.end());
  return static_cast<uint64_t>(std::unique(marked.begin(), marked.end()) - marked.begin());
}

struct RawLines {
  uint64_t bullets = 0;
  uint64_t ellipses = 0;
};

RawLines CountRawLines(const TextParts& parts) {
  RawLines counts;
  for (const Line& line : parts.lines()) {
    const std::string_view text = parts.Of(line);
    counts.bullets += text.starts_with('*') || text.starts_with('-');
    counts.ellipses += text.ends_with(kOneEllipsis);
  }
  return counts;
}

bool JudgeLengths(const TextParts& parts, const GopherQualityRules& rules, Findings* findings) {
  const auto words = static_cast<double>(parts.words().size());
  if (rules.min_words > 0 &&
      findings->AtLeast("gopher_short_doc", words, static_cast<double>(rules.min_words))) {
    return true;
  }
  if (rules.max_words > 0 &&
      findings->AtMost("gopher_long_doc", words, static_cast<double>(rules.max_words))) {
    return true;
  }
  const double length = MedianLength(parts);
  if (rules.min_word_length > 0 &&
      findings->AtLeast("gopher_below_avg_threshold", length, rules.min_word_length)) {
    return true;
  }
  return rules.max_word_length > 0 &&
         findings->AtMost("gopher_above_avg_threshold", length, rules.max_word_length);
}

}  // namespace

bool JudgeDolmaQuality(const TextParts& parts, const GopherQualityRules& rules,
                       Findings* findings) {
  if (JudgeLengths(parts, rules, findings)) return true;
  const uint64_t num_words = parts.words().size();
  if (rules.max_symbols > 0 &&
      findings->AtMost("gopher_too_many_symbols", Ratio(CountSymbolWords(parts), num_words),
                       rules.max_symbols)) {
    return true;
  }
  if (rules.min_letter_words > 0 &&
      findings->AtLeast("gopher_below_alpha_threshold", Ratio(parts.num_letter_words(), num_words),
                        rules.min_letter_words)) {
    return true;
  }
  if (rules.min_stop_words > 0 &&
      findings->AtLeast("gopher_enough_stop_words",
                        static_cast<double>(rules.stop_words.CountAllIn(parts, false)),
                        static_cast<double>(rules.min_stop_words))) {
    return true;
  }
  const RawLines counts = CountRawLines(parts);
  const uint64_t num_lines = parts.lines().size();
  if (rules.max_bullet_lines > 0 &&
      findings->AtMost("gopher_too_many_bullets", Ratio(counts.bullets, num_lines),
                       rules.max_bullet_lines)) {
    return true;
  }
  return rules.max_ellipsis_lines > 0 &&
         findings->AtMost("gopher_too_many_end_ellipsis", Ratio(counts.ellipses, num_lines),
                          rules.max_ellipsis_lines);
}

bool JudgeDolmaRepetition(const TextParts& parts, const GopherRepetitionRules& rules,
                          HashCounter* counter, WordRuns* runs, Findings* findings) {
  uint64_t repeated = 0;
  uint64_t repeated_chars = 0;
  counter->Reset(parts.lines().size());
  for (const Line& line : parts.lines()) {
    const uint64_t before = counter->Add(Hash64(parts.Of(line)));
    const uint64_t times = before == 0 ? 0 : before == 1 ? 2 : 1;  // the second brings the first
    repeated += times;
    repeated_chars += times * line.chars;
  }
  if (rules.max_lines > 0 &&
      findings->AtMost("dup_line_frac", Ratio(repeated, parts.lines().size()), rules.max_lines)) {
    return true;
  }
  const WordRuns::Counts counts = runs->Of(parts.text(), parts.words());
  const uint64_t chars = std::max<uint64_t>(runs->num_chars(), 1);
  if (rules.max_line_chars > 0 &&
      findings->AtMost("dup_line_char_frac", Ratio(repeated_chars, chars), rules.max_line_chars)) {
    return true;
  }
  const size_t num_top = rules.max_top_ngrams.size();
  for (size_t i = 0; i < num_top; ++i) {
    const double value = Ratio(counts[i].most * counts[i].first, chars);
    if (findings->AtMost(kTopRules[i], value, rules.max_top_ngrams[i])) return true;
  }
  for (size_t i = num_top; i < counts.size(); ++i) {
    const double value = Ratio(counts[i].repeated, counts[i].all);
    const double most = rules.max_ngrams[i - num_top];
    if (findings->AtMost(kRepeatedRules[i - num_top], value, most)) return true;
  }
  return false;
}

void KeepEndedLines(const TextParts& parts, std::string* out, Changes* changes) {
  out->clear();
  const auto lines = parts.lines();
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view text = parts.StrippedOf(lines[i]);
    if (text.empty() || std::string_view(".?!\"").find(text.back()) == std::string_view::npos) {
      // The empty line behind the last line feed takes nothing with it.
      if (lines[i].begin < parts.text().size()) changes->Note("no_terminal_punc", lines[i].begin);
      continue;
    }
    const size_t end = i + 1 < lines.size() ? lines[i + 1].begin : parts.text().size();
    out->append(parts.text().substr(lines[i].begin, end - lines[i].begin));
  }
}

}  // namespace owt::filter
