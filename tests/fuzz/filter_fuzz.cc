// Any text and address through all rules of filter: words are those of a slow cut, values are
// numbers, what c4 and the masks leave is valid UTF-8. Bytes that are not UTF-8 are replaced first,
// as the reader of records refuses them.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/filter/judge.h"
#include "stages/text/url.h"

namespace {

using owt::filter::FilterRules;

std::vector<std::string_view> SlowWords(std::string_view text) {
  std::vector<std::string_view> words;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size();) {
    const bool at_end = i == text.size();
    const owt::Utf8Char c = at_end ? owt::Utf8Char{' ', 1, true} : owt::DecodeUtf8(text, i);
    if (owt::IsWhiteSpace(c.code_point)) {
      if (i > begin) words.push_back(text.substr(begin, i - begin));
      begin = i + c.length;
    }
    i += c.length;
  }
  return words;
}

void CheckWords(std::string_view text) {
  owt::filter::TextParts parts;
  parts.Cut(text);
  const std::vector<std::string_view> words = SlowWords(text);
  if (words.size() != parts.words().size()) abort();
  for (size_t i = 0; i < words.size(); ++i) {
    if (parts.Of(parts.words()[i]) != words[i]) abort();
    if (parts.words()[i].chars != owt::CountCodePoints(words[i])) abort();
  }
  size_t bytes = 0;
  for (const owt::filter::Line& line : parts.lines()) {
    bytes += line.end - line.begin + 1;
    if (line.chars != owt::CountCodePoints(parts.Of(line))) abort();
  }
  if (bytes != text.size() + 1) abort();
  for (const owt::filter::Line& line : parts.split_lines()) {
    if (line.chars != owt::CountCodePoints(parts.Of(line))) abort();
  }
  owt::filter::TextParts counted;
  counted.CutLines(text);
  if (counted.num_words() != words.size() || counted.num_chars() != parts.num_chars()) abort();
  for (size_t i = 0; i < parts.lines().size(); ++i) {
    if (counted.Of(counted.lines()[i]) != parts.Of(parts.lines()[i])) abort();
    if (counted.lines()[i].end_word != parts.lines()[i].end_word) abort();
  }
}

FilterRules AllRules() {
  FilterRules rules;
  rules.url.domains = {"example.org", "a.com"};
  rules.url.words = owt::filter::WordSet({"bad"});
  rules.url.soft_words = owt::filter::WordSet({"soft", "words"});
  rules.url.parts = owt::filter::PartsOf({"xx", "xy"});
  rules.gopher.repetition.emplace();
  rules.gopher.quality.emplace();
  rules.c4.emplace();
  rules.c4_paragraphs.emplace();
  rules.fineweb.emplace();
  rules.characters.emplace();
  rules.bad_words.emplace(std::vector<std::string>{"bad", "very bad", "\u00E9"}, false);
  rules.pii = {true, true, true};
  rules.mask_phones = true;
  return rules;
}

FilterRules RulesOnIcuWords() {
  FilterRules rules = AllRules();
  rules.icu_words = true;
  return rules;
}

// The other ways to count, with rules on lines.
FilterRules RulesAs(owt::filter::GopherReading reading) {
  FilterRules rules;
  rules.gopher.reading = reading;
  rules.gopher.repetition.emplace();
  rules.gopher.quality.emplace();
  rules.ended_lines = reading == owt::filter::GopherReading::kDolma;
  rules.dclm_lines.emplace();
  return rules;
}

void CheckJudge(std::string_view text, owt::filter::Judge* judge) {
  for (const bool all : {true, false}) {
    judge->Read(text, text.substr(0, text.find('\n')), all);
    if (owt::FindInvalidUtf8(judge->text()) != std::string::npos) abort();
    for (const owt::filter::Finding& finding : judge->findings().list()) {
      if (!std::isfinite(finding.value) || finding.value < 0) abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const FilterRules rules = AllRules();
  static owt::filter::Judge judge(rules);
  static const FilterRules icu = RulesOnIcuWords();
  static owt::filter::Judge icu_judge(icu);
  static const FilterRules dclm = RulesAs(owt::filter::GopherReading::kDclm);
  static owt::filter::Judge dclm_judge(dclm);
  static const FilterRules dolma = RulesAs(owt::filter::GopherReading::kDolma);
  static owt::filter::Judge dolma_judge(dolma);
  const std::string text = owt::ReplaceInvalidUtf8({reinterpret_cast<const char*>(data), size});
  CheckWords(text);
  for (owt::filter::Judge* each : {&judge, &icu_judge, &dclm_judge, &dolma_judge})
    CheckJudge(text, each);
  return 0;
}
