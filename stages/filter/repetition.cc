#include "stages/filter/repetition.h"

#include "pipeline/hash.h"
#include "stages/filter/pair_search.h"

namespace owt::filter {
namespace {

void Count(std::string_view part, uint64_t chars, HashCounter* seen, Repeats* repeats) {
  ++repeats->parts;
  if (seen->Add(Hash64(part)) == 0) return;
  ++repeats->repeated;
  repeats->chars += chars;
}

}  // namespace

Repeats RepeatedLines(const TextParts& parts, HashCounter* seen) {
  Repeats repeats;
  const auto lines = parts.lines();
  seen->Reset(lines.size());
  for (const Line& line : lines) {
    const bool at_an_end = &line == &lines.front() || &line == &lines.back();
    if (line.begin == line.end && !at_an_end) continue;
    Count(parts.Of(line), line.chars, seen, &repeats);
  }
  return repeats;
}

Repeats RepeatedFullLines(const TextParts& parts, HashCounter* seen) {
  Repeats repeats;
  seen->Reset(parts.lines().size());
  for (const Line& line : parts.lines()) {
    if (!line.blank()) Count(parts.Of(line), line.chars, seen, &repeats);
  }
  return repeats;
}

Repeats RepeatedParagraphs(const TextParts& parts, HashCounter* seen) {
  Repeats repeats;
  const std::string_view text = parts.Stripped();
  seen->Reset(parts.lines().size());
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(FindPair<'\n', '\n'>(text, begin), text.size());
    const std::string_view paragraph = text.substr(begin, end - begin);
    Count(paragraph, parts.CharsOf(paragraph), seen, &repeats);
    if (end == text.size()) break;
    begin = text.find_first_not_of('\n', end);
  }
  return repeats;
}

}  // namespace owt::filter
