#include "stages/filter/gopher_repetition.h"

#include <algorithm>

#include "stages/filter/repetition_names.h"

namespace owt::filter {
namespace {

// The most that may be so many of `chars` without being above `threshold`; no count is above
// `chars`.
uint64_t LimitOf(double threshold, uint64_t chars) {
  if (threshold >= 1) return chars;
  auto limit = static_cast<uint64_t>(threshold * static_cast<double>(chars));
  while (limit > 0 && Ratio(limit, chars) > threshold) --limit;
  while (limit < chars && Ratio(limit + 1, chars) <= threshold) ++limit;
  return limit;
}

bool JudgeTopNgrams(const TextParts& parts, const GopherRepetitionRules& rules, Ngrams* ngrams,
                    Findings* findings) {
  if (!findings->all()) {
    const auto& limits = rules.max_top_ngrams;
    const double least = *std::min_element(limits.begin(), limits.end());
    if (Ratio(ngrams->MostTopChars(), parts.num_chars()) <= least) return false;
  }
  const auto top = ngrams->TopChars();
  for (size_t i = 0; i < top.size(); ++i) {
    const double value = Ratio(top[i], parts.num_chars());
    if (findings->AtMost(kTopRules[i], value, rules.max_top_ngrams[i])) return true;
  }
  return false;
}

bool JudgeRepeatedNgrams(const TextParts& parts, const GopherRepetitionRules& rules, Ngrams* ngrams,
                         Findings* findings) {
  Ngrams::RepeatedCounts limits{};
  for (size_t i = 0; i < limits.size(); ++i) {
    limits[i] = LimitOf(rules.max_ngrams[i], parts.num_chars());
  }
  const auto repeated = ngrams->RepeatedChars(findings->all() ? nullptr : &limits);
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
  ngrams->Load(parts);
  return JudgeTopNgrams(parts, rules, ngrams, findings) ||
         JudgeRepeatedNgrams(parts, rules, ngrams, findings);
}

}  // namespace owt::filter
