#include "stages/decontaminate/megatron_cut.h"

#include <algorithm>
#include <optional>

#include "pipeline/utf8.h"

namespace owt::decontaminate {
namespace {

// How many characters more the lower case of `part` has.
uint64_t GrowthOf(std::string_view part) {
  constexpr std::string_view kGrowing = "\xC4\xB0";  // U+0130
  uint64_t count = 0;
  for (size_t at = part.find(kGrowing); at != part.npos; at = part.find(kGrowing, at + 2)) ++count;
  return count;
}

// The character that is `count` behind the one at byte `at`, whose place in lower case is by
// `growth` behind: a negative count is before it.
size_t Place(std::string_view text, size_t from, size_t at, uint64_t growth, int64_t count) {
  const int64_t steps = static_cast<int64_t>(growth) + count;
  return steps < 0 ? StepBack(text, from, at, static_cast<uint64_t>(-steps))
                   : StepForward(text, at, static_cast<uint64_t>(steps));
}

size_t LastCharOf(std::string_view text) { return StepBack(text, 0, text.size(), 1); }

// Where the piece before the match ends; `from` where there is none.
size_t EndOfFirst(std::string_view text, size_t from, const Match& match, uint64_t growth,
                  uint64_t margin) {
  size_t at = Place(text, from, match.begin, growth, -static_cast<int64_t>(margin));
  at = std::min(at, LastCharOf(text));
  while (at > from && !EndsSentence(text[at])) --at;
  return at > from ? at + 1 : from;
}

}  // namespace

void MegatronCut(std::string_view text, const CutRules& rules, NgramSearch* search,
                 const NgramKeys& keys, CutText* cut) {
  cut->Clear();
  size_t from = 0;
  while (const std::optional<Match> match = search->FindFirst(text, from)) {
    const uint64_t growth = GrowthOf(text.substr(from, match->begin - from));
    const size_t first_end = EndOfFirst(text, from, *match, growth, rules.margin);
    if (HasMoreThan(text, {from, first_end}, rules.min_piece_chars)) {
      cut->pieces.push_back({from, first_end});
    }
    const auto key_chars = static_cast<int64_t>(CountCodePoints(keys.TextOf(match->key)));
    size_t at =
        Place(text, from, match->begin, growth, key_chars + static_cast<int64_t>(rules.margin));
    while (at < text.size() && !EndsSentence(text[at])) ++at;
    const size_t rest = std::min(at + 1, text.size());
    cut->cuts.push_back({match->key, 1, {match->begin, match->end}, {first_end, rest}});
    if (!HasMoreThan(text, {rest, text.size()}, rules.min_piece_chars)) return;
    from = rest;
  }
  cut->pieces.push_back({from, text.size()});
}

void MegatronCount(std::string_view text, NgramSearch* search, const NgramKeys& keys,
                   std::vector<uint32_t>* found) {
  found->clear();
  size_t from = 0;
  while (const std::optional<Match> match = search->FindFirst(text, from)) {
    found->push_back(match->key);
    const uint64_t growth = GrowthOf(text.substr(from, match->begin - from));
    const auto key_chars = static_cast<int64_t>(CountCodePoints(keys.TextOf(match->key)));
    from = Place(text, from, match->begin, growth, key_chars + 1);
    if (from >= text.size()) return;
  }
}

}  // namespace owt::decontaminate
