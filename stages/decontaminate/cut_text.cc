#include "stages/decontaminate/cut_text.h"

#include <algorithm>

namespace owt::decontaminate {
namespace {

bool ContinuesChar(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

bool IsAsciiWhite(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Behind the end of a sentence at byte `at` or after it.
size_t SentenceEndFrom(std::string_view text, size_t at) {
  while (at < text.size() && !EndsSentence(text[at])) ++at;
  return std::min(at + 1, text.size());
}

// Behind the last end of a sentence that stands `margin` characters or more before byte `at`, or
// `from`.
size_t SentenceEndBefore(std::string_view text, size_t from, size_t at, uint64_t margin) {
  if (at < from) return from;
  for (; margin > 0; --margin) {
    if (at == from) return from;
    at = StepBack(text, from, at, 1);
  }
  while (at > from && !EndsSentence(text[at])) --at;
  return EndsSentence(text[at]) ? at + 1 : from;
}

void AddPiece(std::string_view text, Span span, const CutRules& rules, CutText* cut) {
  while (span.begin < span.end && IsAsciiWhite(text[span.begin])) ++span.begin;
  while (span.begin < span.end && IsAsciiWhite(text[span.end - 1])) --span.end;
  if (HasMoreThan(text, span, rules.min_piece_chars)) cut->pieces.push_back(span);
}

// Joins matches that overlap.
void JoinMatches(std::span<const Match> matches, std::vector<Cut>* cuts) {
  for (const Match& match : matches) {
    if (!cuts->empty() && match.begin < cuts->back().match.end) {
      ++cuts->back().num_keys;
      cuts->back().match.end = std::max(cuts->back().match.end, match.end);
    } else {
      cuts->push_back({match.key, 1, {match.begin, match.end}, {}});
    }
  }
}

}  // namespace

size_t StepForward(std::string_view text, size_t at, uint64_t count) {
  for (; count > 0 && at < text.size(); --count) {
    ++at;
    while (at < text.size() && ContinuesChar(text[at])) ++at;
  }
  return at;
}

size_t StepBack(std::string_view text, size_t from, size_t at, uint64_t count) {
  for (; count > 0 && at > from; --count) {
    --at;
    while (at > from && ContinuesChar(text[at])) --at;
  }
  return at;
}

bool HasMoreThan(std::string_view text, Span span, uint64_t count) {
  return StepForward(text.substr(0, span.end), span.begin, count) < span.end;
}

void CutMatches(std::string_view text, std::span<const Match> matches, const CutRules& rules,
                CutText* cut) {
  cut->Clear();
  if (matches.empty()) return cut->pieces.push_back({0, text.size()});
  JoinMatches(matches, &cut->cuts);
  size_t kept_from = 0;  // what is before is cut out, or in a piece
  for (Cut& one : cut->cuts) {
    one.removed.begin = SentenceEndBefore(text, kept_from, one.match.begin, rules.margin);
    AddPiece(text, {kept_from, one.removed.begin}, rules, cut);
    const size_t behind = StepForward(text, one.match.end, rules.margin);
    // Within what is cut out already the next end of a sentence is its end.
    if (behind >= kept_from) kept_from = SentenceEndFrom(text, behind);
    one.removed.end = kept_from;
  }
  AddPiece(text, {kept_from, text.size()}, rules, cut);
}

}  // namespace owt::decontaminate
