#include "stages/filter/gopher_repetition.h"

#include "stages/filter/repetition_names.h"

namespace owt::filter {
namespace {

bool JudgeNgrams(const TextParts& parts, const GopherRepetitionRules& rules, Ngrams* ngrams,
                 Findings* findings) {
  ngrams->Load(parts);
  const auto top = ngrams->TopChars();
  for (size_t i = 0; i < top.size(); ++i) {
    const double value = Ratio(top[i], parts.num_chars());
    if (findings->AtMost(kTopRules[i], value, rules.max_top_ngrams[i])) return true;
  }
  const auto repeated = ngrams->RepeatedChars();
  for (size_t i = 0; i < repeated.size(); ++i) {
    const double value = Ratio(repeated[i], parts.num_chars());
    if (findings->AtMost(kRepeatedRules[i], value, rules.max_ngrams[i])) return true;
  }
  return false;
}

}  // namespace

bool JudgeGopherRepetition(const TextParts& parts, const GopherRepetitionRules& rules,
                           HashCounter* counter, Ngrams* ngrams, Findings* findings) {
  const uint64_t chars = parts.num_chars();
  if (chars == 0) return findings->Empty();
  const Repeats paragraphs = RepeatedParagraphs(parts, counter);
  if (rules.max_paragraphs > 0 &&
      findings->AtMost("dup_para_frac", paragraphs.fraction(), rules.max_paragraphs)) {
    return true;
  }
  if (rules.max_paragraph_chars > 0 &&
      findings->AtMost("dup_para_char_frac", Ratio(paragraphs.chars, chars),
                       rules.max_paragraph_chars)) {
    return true;
  }
  const Repeats lines = RepeatedLines(parts, counter);
  if (rules.max_lines > 0 && findings->AtMost("dup_line_frac", lines.fraction(), rules.max_lines)) {
    return true;
  }
  if (rules.max_line_chars > 0 &&
      findings->AtMost("dup_line_char_frac", Ratio(lines.chars, chars), rules.max_line_chars)) {
    return true;
  }
  return JudgeNgrams(parts, rules, ngrams, findings);
}

}  // namespace owt::filter
