#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "stages/dedup/text_key.h"

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
    if (num_new_ * 4 > places_.size() && places_.size() * 2 <= max_places_) Grow();
    const TextKey key = KeyOf(line);
    TextKey& place = PlaceOf(key);
    if (place == key) return true;
    place = key;
    ++num_new_;
    return false;
  }

 private:
  static constexpr size_t kFirstPlaces = 4096;  // a power of two, and so are all that follow

  TextKey& PlaceOf(const TextKey& key) { return places_[key.low & (places_.size() - 1)]; }

  void Grow() {
    std::vector<TextKey> old(places_.size() * 2);
    old.swap(places_);
    for (const TextKey& key : old) PlaceOf(key) = key;
    num_new_ = 0;
  }

  uint64_t max_places_;
  std::vector<TextKey> places_;
  uint64_t num_new_ = 0;
};

}  // namespace owt::dedup
