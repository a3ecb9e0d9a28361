#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace owt::dedup {

// A text with eight of its bytes as a number that compares as they do, so that most comparisons
// touch no text.
struct CachedText {
  uint64_t bytes;  // from a place that the sort knows; zeros behind the end of the text
  const char* data;
  uint32_t size;

  explicit CachedText(std::string_view text);

  std::string_view text() const { return {data, size}; }
};

// Sorts by the bytes of the texts, on all threads of the arena, in place and in any case in
// O(n log n + total bytes / 8) steps on the average: texts that begin alike, such as addresses,
// cost a step for every eight bytes that are the same, not one for every comparison.
void SortTexts(std::span<CachedText> texts);

}  // namespace owt::dedup
