#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "stages/dedup/index.h"

namespace owt::dedup {

// Knows many of the lines that came before, the later ones rather than the earlier, in bounded
// memory: good for leaving out repetitions that change nothing. By 128 bits of XXH3, so that among
// 10^12 lines a new one is taken for a known one with a chance below 10^-14. A line has one place,
// which the next line of that place takes over. Not thread-safe.
class RecentLines {
 public:
  explicit RecentLines(uint64_t memory_bytes)
      : max_places_(memory_bytes / (2 * sizeof(TextKey))), places_(kFirstPlaces) {}

  // Whether the line is known; it is from now on.
  bool Knows(std::string_view line) {
    const TextKey key = KeyOf(line);
    TextKey& place = places_[key.low & (places_.size() - 1)];
    if (place == key) return true;
    place = key;
    if (++num_new_ > places_.size() && places_.size() * 2 <= max_places_) {
      places_.assign(places_.size() * 2, TextKey());  // what was known comes again soon enough
      num_new_ = 0;
    }
    return false;
  }

 private:
  static constexpr size_t kFirstPlaces = 4096;  // a power of two, and so are all that follow

  uint64_t max_places_;
  std::vector<TextKey> places_;
  uint64_t num_new_ = 0;
};

}  // namespace owt::dedup
