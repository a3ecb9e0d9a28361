#include "stages/filter/c4_quality.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstring>

#include "pipeline/white_space.h"
#include "stages/filter/character_sets.h"
#include "stages/filter/pair_search.h"
#include "stages/filter/sentences.h"
#include "stages/text/url.h"

namespace owt::filter {
namespace {

constexpr std::string_view kLoremIpsum = "lorem ipsum";
constexpr std::string_view kJavascript = "javascript";
constexpr std::string_view kBracketRule = "curly_bracket";
constexpr std::string_view kCookie = "cookie";
constexpr std::string_view kPolicies[] = {"terms of use", "privacy policy", "cookie policy",
                                          "uses cookies", "use of cookies", "use cookies"};
constexpr std::string_view kKelvin = "\xE2\x84\xAA";  // the one character that lowers to ASCII: k

bool Has(std::string_view text, std::string_view phrase) {
  return memmem(text.data(), text.size(), phrase.data(), phrase.size()) != nullptr;
}

bool HasKelvin(std::string_view text) {
  for (size_t i = 0;; ++i) {
    i = FindPair<kKelvin[0], kKelvin[1]>(text, i);
    if (i == text.npos) return false;
    if (text.substr(i).starts_with(kKelvin)) return true;
  }
}

bool HasPolicy(std::string_view lower) {
  return std::any_of(std::begin(kPolicies), std::end(kPolicies),
                     [lower](std::string_view policy) { return Has(lower, policy); });
}

char AsciiLower(char c) { return static_cast<char>(c + (c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0)); }

void LowerAscii(std::string_view text, std::string* out) {
  out->resize(text.size());
  std::transform(text.begin(), text.end(), out->begin(), AsciiLower);
}

// Where "[12]", "[]", "[edit]" or "[citation needed]" ends that begins at text[at]; `at` for none.
size_t CitationEnd(std::string_view text, size_t at) {
  for (const std::string_view fixed : {"[edit]", "[citation needed]"}) {
    if (text.substr(at).starts_with(fixed)) return at + fixed.size();
  }
  size_t i = at + 1;
  while (i < text.size()) {
    uint32_t length;
    const char32_t c = DecodeValid(text.data() + i, &length);
    if (c == ']') return i + 1;
    if (u_charType(static_cast<UChar32>(c)) != U_DECIMAL_DIGIT_NUMBER) break;
    i += length;
  }
  return at;
}

// False, and *out as it was, if there is none.
bool RemoveCitations(std::string_view text, std::string* out) {
  bool changed = false;
  size_t copied = 0;
  for (size_t i = text.find('['); i != text.npos;) {
    const size_t end = CitationEnd(text, i);
    if (end == i) {
      i = text.find('[', i + 1);
      continue;
    }
    if (!changed) out->clear();
    changed = true;
    out->append(text, copied, i - copied);
    copied = end;
    i = text.find('[', end);
  }
  if (changed) out->append(text, copied);
  return changed;
}

bool EndsSentence(std::string_view line) {
  if (line.empty() || line.ends_with("...")) return false;
  return std::string_view(".?!\"'").find(line.back()) != std::string_view::npos;
}

}  // namespace

void C4Editor::Lower(const TextParts& parts) {
  LowerAscii(parts.text(), &lower_);
  FindPhrases();
  next_citation_ = next_bracket_ = 0;
  all_lines_ = !parts.is_ascii() && HasKelvin(parts.text());
}

// What lower_ holds. Each phrase has two letters in a row that are rare; all policies but the first
// two speak of cookies.
void C4Editor::FindPhrases() {
  phrases_ = {};
  const std::string_view text = lower_;
  const auto is_at = [text](size_t at, size_t before, std::string_view phrase) {
    return at >= before && text.substr(at - before).starts_with(phrase);
  };
  for (size_t i = 0;; ++i) {
    i = FindPair<'p', 's', 'j', 'a', 'm', 's', 'c', 'y', 'k', 'i'>(text, i);
    if (i == text.npos) return;
    switch (text[i]) {
      case 'p':
        phrases_.lorem_ipsum |= is_at(i, kLoremIpsum.find("ps"), kLoremIpsum);
        break;
      case 'j':
        phrases_.javascript |= is_at(i, 0, kJavascript);
        break;
      case 'm':
        phrases_.policies |= is_at(i, kPolicies[0].find("ms"), kPolicies[0]);
        break;
      case 'c':
        phrases_.policies |= is_at(i, kPolicies[1].find("cy"), kPolicies[1]);
        break;
      default:
        phrases_.policies |= is_at(i, kCookie.find("ki"), kCookie);
    }
  }
}

// Whether the byte is in the `size` bytes of the text from `position` on. *next is where it is
// found next: what is asked about is never before what was asked about last.
bool C4Editor::HasNext(std::string_view text, char byte, size_t position, size_t size,
                       size_t* next) {
  if (*next < position || (*next == 0 && position == 0)) {
    *next = std::min(text.find(byte, position), text.size());
  }
  return *next < position + size;
}

// Of a line, or of what is left of it. It stands at `position` of the text, or nowhere in it
// (npos).
C4Editor::Phrases C4Editor::PhrasesOf(std::string_view content, size_t position) {
  const bool in_text = position != std::string_view::npos && !all_lines_;
  std::string_view lower;
  if (in_text) {
    lower = std::string_view(lower_).substr(position, content.size());
  } else {
    LowerAscii(content, &lower_line_);
    for (size_t k = lower_line_.find(kKelvin); k != lower_line_.npos;) {
      lower_line_.replace(k, kKelvin.size(), "k");
      k = lower_line_.find(kKelvin, k);
    }
    lower = lower_line_;
  }
  return {(!in_text || phrases_.lorem_ipsum) && Has(lower, kLoremIpsum),
          (!in_text || phrases_.javascript) && Has(lower, kJavascript),
          (!in_text || phrases_.policies) && HasPolicy(lower)};
}

// The rule for which the line goes, or an empty name; *content is what stays of it.
std::string_view C4Editor::RuleAgainst(const TextParts& parts, const Line& line,
                                       const C4Rules& rules, std::string_view* content) {
  const auto words = parts.words().subspan(line.first_word, line.end_word - line.first_word);
  const auto too_long = [&](const Word& word) { return word.chars > rules.max_word_length; };
  if (rules.max_word_length > 0 && line.chars > rules.max_word_length &&
      std::any_of(words.begin(), words.end(), too_long)) {
    return "too_long_word";
  }
  size_t position = line.begin;
  *content = {};
  if (!words.empty()) {
    position = words.front().begin;
    *content = parts.text().substr(position, words.back().end - position);
  }
  const size_t in_text = position;
  const size_t in_text_size = content->size();
  if (rules.citations && HasNext(parts.text(), '[', position, content->size(), &next_citation_) &&
      RemoveCitations(*content, &without_citations_)) {
    *content = without_citations_;
    position = std::string_view::npos;
  }
  if (rules.terminal_marks && !EndsSentence(*content)) return "no_terminal_punc";
  if (words.size() < rules.min_line_words) return "too_few_words";
  const Phrases phrases = PhrasesOf(*content, position);
  if (rules.lorem_ipsum && phrases.lorem_ipsum) return "lorem_ipsum";
  if (rules.javascript && phrases.javascript) return "javascript";
  if (rules.curly_brackets && HasNext(parts.text(), '{', in_text, in_text_size, &next_bracket_) &&
      content->find('{') != content->npos) {
    return kBracketRule;
  }
  if (rules.policies && phrases.policies) return "policy";
  return {};
}

bool C4Editor::Edit(const TextParts& parts, const C4Rules& rules, Findings* findings,
                    Changes* changes) {
  text_.clear();
  Lower(parts);
  uint64_t lorem_lines = 0;
  uint64_t bracket_lines = 0;
  const Line* first_of_them = nullptr;
  uint64_t sentences = 0;
  bool first = true;
  for (const Line& line : parts.split_lines()) {
    std::string_view content;
    const std::string_view rule = RuleAgainst(parts, line, rules, &content);
    lorem_lines += rule == "lorem_ipsum";
    bracket_lines += rule == kBracketRule;
    if (lorem_lines + bracket_lines == 1 && first_of_them == nullptr) first_of_them = &line;
    if (lorem_lines + bracket_lines > 0 && !findings->all()) break;
    if (!rule.empty()) {
      changes->Note(rule, line.begin);
      continue;
    }
    if (content.data() == without_citations_.data()) changes->Note("citation", line.begin);
    // Where nothing but the decision counts, enough are enough.
    if (sentences < rules.min_sentences || findings->all()) sentences += CountSentences(content);
    if (!first) text_ += '\n';
    first = false;
    text_ += content;
  }
  const std::string_view stripped = StripWhiteSpace(text_);
  if (stripped.size() != text_.size()) text_ = std::string(stripped);
  if (changes->list().empty() && text_ != parts.text()) changes->Note("strip", 0);
  if (rules.lorem_ipsum && findings->AtMost("lorem_ipsum", static_cast<double>(lorem_lines), 0)) {
    findings->At(first_of_them->begin, first_of_them->end);
    return true;
  }
  if (rules.curly_brackets &&
      findings->AtMost(kBracketRule, static_cast<double>(bracket_lines), 0)) {
    findings->At(first_of_them->begin, first_of_them->end);
    return true;
  }
  return rules.min_sentences > 0 &&
         findings->AtLeast("too_few_sentences", static_cast<double>(sentences),
                           static_cast<double>(rules.min_sentences));
}

bool JudgeC4Paragraphs(const TextParts& parts, const C4ParagraphRules& rules, Findings* findings) {
  const auto lines = parts.lines();
  const auto long_lines = std::count_if(lines.begin(), lines.end(), [&rules](const Line& line) {
    return line.chars >= rules.min_length;
  });
  return findings->AtLeast("too_few_paragraphs", static_cast<double>(long_lines),
                           static_cast<double>(rules.min_paragraphs));
}

}  // namespace owt::filter
