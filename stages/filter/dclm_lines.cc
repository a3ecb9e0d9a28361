#include "stages/filter/dclm_lines.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "pipeline/white_space.h"
#include "stages/filter/ascii.h"
#include "stages/filter/character_sets.h"
#include "stages/filter/dclm_gopher.h"
#include "stages/filter/dclm_phrases.h"
#include "stages/text/url.h"

namespace owt::filter {
namespace {

// Python's char.isupper().
bool IsCapital(char32_t c) {
  return c < 0x80 ? c >= 'A' && c <= 'Z'
                  : u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_UPPERCASE) != 0;
}

// Python's char.isdigit().
bool IsDigitOfAnyKind(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  const auto type = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_NUMERIC_TYPE);
  return type == U_NT_DECIMAL || type == U_NT_DIGIT;
}

// The part of the line's characters for which `is` holds; 0 of an empty line.
template <class Is>
double PartOf(std::string_view line, Is is) {
  uint64_t chars = 0;
  uint64_t count = 0;
  if (IsAscii(line)) {
    for (const char c : line) count += is(static_cast<char32_t>(c & 0x7F));
    return Ratio(count, line.size());
  }
  for (size_t i = 0; i < line.size();) {
    uint32_t length;
    count += is(DecodeValid(line.data() + i, &length));
    ++chars;
    i += length;
  }
  return Ratio(count, chars);
}

// len(line.split())
uint64_t CountWords(std::string_view line) {
  uint64_t words = 0;
  bool inside = false;
  for (size_t i = 0; i < line.size();) {
    uint32_t length;
    const bool is_white = IsWhiteSpace(DecodeValid(line.data() + i, &length));
    words += !inside && !is_white;
    inside = !is_white;
    i += length;
  }
  return words;
}

}  // namespace

// Runs of line feeds are empty lines here: those that are too many are left out.
void DclmLineEditor::Load(const TextParts& parts, uint64_t max_line_feeds, Changes* changes) {
  lines_.clear();
  edited_.clear();
  uint64_t line_feeds = 0;  // in a row, up to the line
  for (const Line& line : parts.lines()) {
    const bool is_last = &line == &parts.lines().back();
    const bool is_empty = line.begin == line.end;
    if (max_line_feeds > 0 && is_empty && !is_last && line_feeds >= max_line_feeds) {
      changes->Note("dclm_line_feeds", line.begin);
      continue;
    }
    lines_.push_back({parts.Of(line), line.begin, line.end_word - line.first_word});
    line_feeds = is_empty ? line_feeds + 1 : 1;
  }
}

template <class Goes>
void DclmLineEditor::Remove(std::string_view rule, Goes goes, Changes* changes) {
  std::erase_if(lines_, [&](const Piece& line) {
    if (line.text.empty() || !goes(line)) return false;
    changes->Note(rule, line.position);
    return true;
  });
}

// As str.strip() does it to the whole text.
void DclmLineEditor::Strip() {
  const auto is_full = [](const Piece& line) { return line.words > 0; };
  const auto first = std::find_if(lines_.begin(), lines_.end(), is_full);
  if (first == lines_.end()) return lines_.clear();
  const auto last = std::find_if(lines_.rbegin(), lines_.rend(), is_full).base();
  lines_.erase(last, lines_.end());
  lines_.erase(lines_.begin(), first);
  std::string_view& begin = lines_.front().text;
  const std::string_view stripped = StripWhiteSpace(begin);
  begin.remove_prefix(static_cast<size_t>(stripped.data() - begin.data()));
  std::string_view& end = lines_.back().text;
  const std::string_view kept = StripWhiteSpace(end);
  end.remove_suffix(static_cast<size_t>(end.data() + end.size() - kept.data()) - kept.size());
}

template <class CutOut>
void DclmLineEditor::RemovePhrase(std::string_view rule, const DclmLineRules& rules, CutOut cut_out,
                                  Changes* changes) {
  size_t kept = 0;
  for (Piece line : lines_) {
    if (line.words <= rules.max_phrase_words) {
      const bool was_empty = line.text.empty();
      if (cut_out(line.text, &scratch_)) {
        changes->Note(rule, line.position);
        line.text = edited_.emplace_back(scratch_);
        line.words = CountWords(line.text);
      }
      // DCLM's remover takes lines of blanks with it.
      if (!was_empty && line.words == 0) continue;
    }
    lines_[kept++] = line;
  }
  lines_.resize(kept);
  Strip();
}

bool DclmLineEditor::Edit(const TextParts& parts, const DclmLineRules& rules, Findings* findings,
                          Changes* changes) {
  text_.clear();
  Load(parts, rules.max_line_feeds, changes);
  if (rules.max_capitals < 1) {
    Remove(
        "dclm_capitals",
        [&](const Piece& line) { return PartOf(line.text, IsCapital) > rules.max_capitals; },
        changes);
    Strip();
  }
  if (rules.max_digits < 1) {
    Remove(
        "dclm_digits",
        [&](const Piece& line) { return PartOf(line.text, IsDigitOfAnyKind) > rules.max_digits; },
        changes);
    Strip();
  }
  if (rules.counters) {
    Remove(
        "dclm_counter", [&](const Piece& line) { return IsCounterLine(line.text, &scratch_); },
        changes);
    Strip();
  }
  Remove(
      "dclm_few_words", [&](const Piece& line) { return line.words < rules.min_line_words; },
      changes);
  if (rules.phrases) {
    RemovePhrase("dclm_items_in_cart", rules, CutItemsInCart, changes);
    RemovePhrase("dclm_read_more", rules, CutReadMore, changes);
    RemovePhrase("dclm_sign_in", rules, CutSignIn, changes);
  }
  for (const Piece& line : lines_) {
    if (&line != lines_.data()) text_ += '\n';
    text_ += line.text;
  }
  if (text_.empty()) return findings->Empty();
  if (changes->list().empty() && text_ != parts.text()) changes->Note("strip", 0);
  const uint64_t before = CountAlnumWords(parts);
  if (before == 0) return findings->Empty();
  if (rules.max_removed_words >= 1) return false;
  uint64_t after = before;
  if (text_ != parts.text()) {
    after_.Cut(text_);
    after = CountAlnumWords(after_);
  }
  return findings->AtMost("dclm_removed_words", Ratio(before - std::min(before, after), before),
                          rules.max_removed_words);
}

}  // namespace owt::filter
