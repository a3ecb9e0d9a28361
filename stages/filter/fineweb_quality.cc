#include "stages/filter/fineweb_quality.h"

#include <string_view>

#include "stages/filter/character_sets.h"
#include "stages/filter/repetition.h"

namespace owt::filter {
namespace {

// REQUIRES: not empty.
bool EndsWithTerminalMark(std::string_view line) {
  size_t last = line.size() - 1;
  while ((static_cast<uint8_t>(line[last]) & 0xC0) == 0x80) --last;
  uint32_t length;
  return IsTerminalMark(DecodeValid(line.data() + last, &length));
}

struct FullLineCounts {
  uint64_t full = 0;
  uint64_t with_mark = 0;
  uint64_t brief = 0;
};

FullLineCounts CountFullLines(const TextParts& parts, uint64_t short_line) {
  FullLineCounts counts;
  for (const Line& line : parts.lines()) {
    if (line.blank()) continue;
    ++counts.full;
    counts.with_mark += EndsWithTerminalMark(parts.Of(line));
    counts.brief += line.chars <= short_line;
  }
  return counts;
}

}  // namespace

bool JudgeFineWeb(const TextParts& parts, const FineWebRules& rules, HashCounter* counter,
                  Findings* findings) {
  const FullLineCounts counts = CountFullLines(parts, rules.short_line);
  if (counts.full == 0) return findings->Empty();
  const bool passes = counts.with_mark == 0 && rules.allow_no_punct;
  if (!passes && findings->AtLeast("line_punct_ratio", Ratio(counts.with_mark, counts.full),
                                   rules.min_punct_lines)) {
    return true;
  }
  if (findings->AtMost("short_line_ratio", Ratio(counts.brief, counts.full),
                       rules.max_short_lines)) {
    return true;
  }
  const uint64_t line_feeds = parts.lines().size() - 1;
  const Repeats repeats = RepeatedFullLines(parts, counter);
  if (findings->AtMost("char_dup_ratio", Ratio(repeats.chars, parts.num_chars() - line_feeds),
                       rules.max_repeated)) {
    return true;
  }
  return findings->AtMost("list_ratio", Ratio(line_feeds, parts.num_words()), rules.max_line_feeds);
}

}  // namespace owt::filter
