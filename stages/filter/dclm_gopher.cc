#include "stages/filter/dclm_gopher.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "pipeline/hash.h"
#include "pipeline/white_space.h"
#include "stages/filter/character_sets.h"
#include "stages/filter/repetition.h"
#include "stages/filter/repetition_names.h"
#include "stages/text/unicode_class.h"
#include "stages/text/url.h"

namespace owt::filter {
namespace {

constexpr std::string_view kSpacedDots = ". . .";

bool BeginsAlnum(const TextParts& parts, const Word& word) {
  uint32_t length;
  const auto kind = text::ClassOf(DecodeValid(parts.text().data() + word.begin, &length));
  return kind == text::UnicodeClass::kLetter || kind == text::UnicodeClass::kNumber;
}

// Times that ". . ." is there, none inside of another.
uint64_t CountSpacedDots(std::string_view text) {
  uint64_t count = 0;
  for (size_t i = text.find(kSpacedDots); i != text.npos;
       i = text.find(kSpacedDots, i + kSpacedDots.size())) {
    ++count;
  }
  return count;
}

struct MarkedLines {
  uint64_t full = 0;
  uint64_t bullets = 0;
  uint64_t ellipses = 0;
};

MarkedLines CountMarkedLines(const TextParts& parts) {
  MarkedLines counts;
  for (const Line& line : parts.lines()) {
    if (line.blank()) continue;
    const std::string_view text = parts.StrippedOf(line);
    ++counts.full;
    counts.bullets += text.front() == '-' || text.front() == '*' || text.starts_with("\u25CF") ||
                      text.starts_with("\u2022");
    counts.ellipses +=
        text.ends_with("...") || text.ends_with(kSpacedDots) || text.ends_with("\u2026");
  }
  return counts;
}

bool JudgeWords(const TextParts& parts, const GopherQualityRules& rules, Findings* findings) {
  const auto words = static_cast<double>(CountAlnumWords(parts));
  if (rules.min_words > 0 &&
      findings->AtLeast("gopher_short_doc", words, static_cast<double>(rules.min_words))) {
    return true;
  }
  if (rules.max_words > 0 &&
      findings->AtMost("gopher_long_doc", words, static_cast<double>(rules.max_words))) {
    return true;
  }
  if (parts.words().empty()) return findings->Empty();
  uint64_t chars = 0;
  for (const Word& word : parts.words()) chars += word.chars;
  const double length = Ratio(chars, parts.words().size());
  if (rules.min_word_length > 0 &&
      findings->AtLeast("gopher_below_avg_threshold", length, rules.min_word_length)) {
    return true;
  }
  return rules.max_word_length > 0 &&
         findings->AtMost("gopher_above_avg_threshold", length, rules.max_word_length);
}

// What all of equal parts hold, the first too.
struct Equals {
  uint64_t parts = 0;
  uint64_t chars = 0;
  uint64_t repeated = 0;
  uint64_t repeated_chars = 0;

  void Count(std::string_view part, uint64_t num_chars, HashCounter* seen) {
    ++parts;
    chars += num_chars;
    const uint64_t before = seen->Add(Hash64(part));
    if (before == 0) return;
    const uint64_t times = before == 1 ? 2 : 1;  // the second brings the first with it
    repeated += times;
    repeated_chars += times * num_chars;
  }
};

Equals EqualLines(const TextParts& parts, HashCounter* seen) {
  Equals equals;
  seen->Reset(parts.lines().size());
  for (const Line& line : parts.lines()) {
    if (line.blank()) continue;
    const std::string_view text = parts.StrippedOf(line);
    equals.Count(text, parts.CharsOf(text), seen);
  }
  return equals;
}

// Of re.split("\n\n", text).
Equals EqualParagraphs(const TextParts& parts, HashCounter* seen) {
  Equals equals;
  seen->Reset(parts.lines().size());
  const std::string_view text = parts.text();
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find("\n\n", begin), text.size());
    const std::string_view paragraph = StripWhiteSpace(text.substr(begin, end - begin));
    if (!paragraph.empty()) equals.Count(paragraph, parts.CharsOf(paragraph), seen);
    begin = end + 2;
  }
  return equals;
}

// One part alone is not asked about.
double Share(const Equals& equals) {
  return equals.parts < 2 ? 0 : Ratio(equals.repeated, equals.parts);
}

double CharShare(const Equals& equals) {
  return equals.parts < 2 ? 0 : Ratio(equals.repeated_chars, equals.chars);
}

bool JudgeRuns(const TextParts& parts, const GopherRepetitionRules& rules, WordRuns* runs,
               Findings* findings) {
  std::vector<Word> words;
  words.reserve(parts.words().size());
  for (const Word& word : parts.words()) {
    if (BeginsAlnum(parts, word)) words.push_back(word);
  }
  const WordRuns::Counts counts = runs->Of(parts.text(), words);
  for (size_t i = 0; i < counts.size(); ++i) {
    const WordRuns::Count& count = counts[i];
    const size_t num_top = rules.max_top_ngrams.size();
    const bool is_top = i < num_top;
    const double value =
        Ratio(is_top ? count.most * count.longest : count.covered, runs->num_chars());
    const bool done = is_top ? findings->AtMost(kTopRules[i], value, rules.max_top_ngrams[i])
                             : findings->AtMost(kRepeatedRules[i - num_top], value,
                                                rules.max_ngrams[i - num_top]);
    if (done) return true;
  }
  return false;
}

}  // namespace

uint64_t CountAlnumWords(const TextParts& parts) {
  uint64_t count = 0;
  for (const Word& word : parts.words()) count += BeginsAlnum(parts, word);
  return count;
}

bool JudgeDclmQuality(const TextParts& parts, const GopherQualityRules& rules, Findings* findings) {
  if (JudgeWords(parts, rules, findings)) return true;
  const uint64_t num_words = parts.words().size();
  if (rules.max_symbols > 0) {
    const std::string_view text = parts.text();
    const auto hashes = static_cast<uint64_t>(std::count(text.begin(), text.end(), '#'));
    const uint64_t symbols =
        hashes + CountDots(text) + CountSpacedDots(text) + parts.num_ellipses();
    if (findings->AtMost("gopher_too_many_symbols", Ratio(symbols, num_words), rules.max_symbols)) {
      return true;
    }
  }
  const MarkedLines lines = CountMarkedLines(parts);
  if (rules.max_bullet_lines > 0 &&
      findings->AtMost("gopher_too_many_bullets", Ratio(lines.bullets, lines.full),
                       rules.max_bullet_lines)) {
    return true;
  }
  if (rules.max_ellipsis_lines > 0 &&
      findings->AtMost("gopher_too_many_end_ellipsis", Ratio(lines.ellipses, lines.full),
                       rules.max_ellipsis_lines)) {
    return true;
  }
  const double letter_words = Ratio(parts.num_letter_words(), num_words);
  if (rules.min_letter_words > 0 &&
      findings->AtLeast("gopher_below_alpha_threshold", letter_words, rules.min_letter_words)) {
    return true;
  }
  return rules.min_stop_words > 0 &&
         findings->AtLeast("gopher_enough_stop_words",
                           static_cast<double>(rules.stop_words.CountAllIn(parts, true)),
                           static_cast<double>(rules.min_stop_words));
}

bool JudgeDclmRepetition(const TextParts& parts, const GopherRepetitionRules& rules,
                         HashCounter* counter, WordRuns* runs, Findings* findings) {
  const Equals lines = EqualLines(parts, counter);
  if (lines.parts == 0) return findings->Empty();
  if (rules.max_lines > 0 && findings->AtMost("dup_line_frac", Share(lines), rules.max_lines)) {
    return true;
  }
  const Equals paragraphs = EqualParagraphs(parts, counter);
  if (rules.max_paragraphs > 0 &&
      findings->AtMost("dup_para_frac", Share(paragraphs), rules.max_paragraphs)) {
    return true;
  }
  if (rules.max_line_chars > 0 &&
      findings->AtMost("dup_line_char_frac", CharShare(lines), rules.max_line_chars)) {
    return true;
  }
  if (rules.max_paragraph_chars > 0 &&
      findings->AtMost("dup_para_char_frac", CharShare(paragraphs), rules.max_paragraph_chars)) {
    return true;
  }
  return JudgeRuns(parts, rules, runs, findings);
}

}  // namespace owt::filter
