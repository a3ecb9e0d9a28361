#include "stages/filter/finding_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

namespace owt::filter {
namespace {

// What the number of a rule counts; a rule without an entry has its number alone.
struct Meaning {
  std::string_view rule;
  std::string_view counted;
};

constexpr Meaning kOfTexts[] = {
    {"empty", "lines with text"},
    {"gopher_short_doc", "words"},
    {"gopher_long_doc", "words"},
    {"gopher_below_avg_threshold", "characters a word"},
    {"gopher_above_avg_threshold", "characters a word"},
    {"gopher_too_many_hashes", "# a word"},
    {"gopher_too_many_ellipsis", "ellipses a word"},
    {"gopher_too_many_symbols", "symbols a word"},
    {"gopher_too_many_bullets", "of the lines begin with a bullet"},
    {"gopher_too_many_end_ellipsis", "of the lines end with an ellipsis"},
    {"gopher_below_alpha_threshold", "of the words have a letter"},
    {"gopher_enough_stop_words", "stop words"},
    {"dup_para_frac", "of the paragraphs are repeated"},
    {"dup_para_char_frac", "of the characters are in repeated paragraphs"},
    {"dup_line_frac", "of the lines are repeated"},
    {"dup_line_char_frac", "of the characters are in repeated lines"},
    {"top_2_gram", "of the characters are the most frequent 2 words"},
    {"top_3_gram", "of the characters are the most frequent 3 words"},
    {"top_4_gram", "of the characters are the most frequent 4 words"},
    {"duplicated_5_n_grams", "of the characters are in repeated runs of 5 words"},
    {"duplicated_6_n_grams", "of the characters are in repeated runs of 6 words"},
    {"duplicated_7_n_grams", "of the characters are in repeated runs of 7 words"},
    {"duplicated_8_n_grams", "of the characters are in repeated runs of 8 words"},
    {"duplicated_9_n_grams", "of the characters are in repeated runs of 9 words"},
    {"duplicated_10_n_grams", "of the characters are in repeated runs of 10 words"},
    {"lorem_ipsum", "lines with lorem ipsum"},
    {"curly_bracket", "lines with {"},
    {"too_few_sentences", "sentences in the lines that stay"},
    {"too_few_paragraphs", "long lines"},
    {"document_removed_with_badwords", "bad words, or more"},
    {"line_punct_ratio", "of the lines end with a terminal mark"},
    {"short_line_ratio", "of the lines are short"},
    {"char_dup_ratio", "of the characters are in repeated lines"},
    {"list_ratio", "line feeds a word"},
    {"alpha_numeric", "of the characters are other than letters, digits and . , ? !"},
    {"numbers_ratio", "of the characters are digits"},
    {"urls_ratio", "of the characters are of URLs"},
    {"white_space", "of the characters are white space"},
    {"parentheses_ratio", "of the characters are brackets"},
    {"max_word_length", "characters in the longest word"},
    {"fasttext_score", "for the label"},
    {"perplexity", "by the model of n-grams"},
    {"low_perplexity", "by the model of n-grams"},
    {"dclm_removed_words", "of the words are in what was taken out"},
};

constexpr Meaning kOfAddresses[] = {
    {"domain", "listed domains"},
    {"subdomain", "listed hosts"},
    {"url", "listed URLs"},
    {"hard_blacklisted", "listed words in the URL"},
    {"soft_blacklisted", "listed words in the URL"},
    {"blacklisted_subword", "listed parts of words in the URL, or more"},
};

template <size_t kSize>
const Meaning* FindMeaning(const Meaning (&meanings)[kSize], std::string_view rule) {
  const auto* const found =
      std::find_if(std::begin(meanings), std::end(meanings),
                   [rule](const Meaning& meaning) { return meaning.rule == rule; });
  return found == std::end(meanings) ? nullptr : found;
}

// Few digits, unless more are needed to tell it from `other`.
std::string NumberText(double number, double other) {
  const auto brief = [](double value) {
    const bool is_whole = std::floor(value) == value && std::abs(value) < 1e15;
    return is_whole ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
  };
  const std::string text = brief(number);
  return number != other && text == brief(other) ? fmt::format("{}", number) : text;
}

}  // namespace

std::string FindingText(const Finding& finding, size_t text_bytes) {
  const Meaning* const of_address = FindMeaning(kOfAddresses, finding.rule);
  const Meaning* const meaning = of_address ? of_address : FindMeaning(kOfTexts, finding.rule);
  std::string out = NumberText(finding.value, finding.threshold);
  if (meaning != nullptr) out += fmt::format(" {}", meaning->counted);
  out += fmt::format(", at {} {}", finding.value > finding.threshold ? "most" : "least",
                     NumberText(finding.threshold, finding.value));
  if (of_address != nullptr) return out;
  const size_t end = finding.end == Finding::kToTheEnd ? text_bytes : finding.end;
  return out + fmt::format(", bytes {}..{}", finding.begin, end);
}

std::string FailuresText(const Findings& findings) {
  std::string out;
  for (const Finding& finding : findings.list()) {
    if (!finding.failed) continue;
    out += fmt::format("{}{}: {} (at {} {})", out.empty() ? "fails " : "; ", finding.rule,
                       NumberText(finding.value, finding.threshold),
                       finding.value > finding.threshold ? "most" : "least",
                       NumberText(finding.threshold, finding.value));
  }
  return out;
}

std::string ChangesText(const Changes& changes) {
  std::string out;
  for (const Change& change : changes.list()) {
    out += fmt::format("{}{} ", out.empty() ? "" : "; ", change.rule);
    out += change.count == 1
               ? fmt::format("once, at byte {}", change.position)
               : fmt::format("{} times, first at byte {}", change.count, change.position);
  }
  return out;
}

}  // namespace owt::filter
