#include "stages/text/long_word_cache.h"

#include <xxhash.h>

#include <cstring>
#include <utility>

namespace owt::text {
// Never 0, which stands for no piece.
uint64_t LongWordCache::HashOf(std::string_view piece) {
  return XXH3_64bits(piece.data(), piece.size()) | uint64_t{1} << 63;
}

LongWordCache::LongWordCache()
    : entries_(std::make_unique_for_overwrite<Entry[]>(kNumEntries)),
      places_(std::make_unique<Place[]>(kNumEntries)) {}

std::span<const uint32_t> LongWordCache::Find(std::string_view piece, uint64_t hash) const {
  if (places_[hash % kNumEntries].held != hash) return {};
  const Entry& entry = entries_[hash % kNumEntries];
  if (std::string_view(entry.bytes(), entry.num_bytes) != piece) return {};
  return {entry.content + Entry::IdsBegin(entry.num_bytes), entry.num_ids};
}

void LongWordCache::Insert(std::string_view piece, uint64_t hash, std::span<const uint32_t> ids) {
  Place& place = places_[hash % kNumEntries];
  if (place.held != 0 && std::exchange(place.seen, hash) != hash) return;
  place.held = hash;
  Entry& entry = entries_[hash % kNumEntries];
  std::memcpy(entry.bytes(), piece.data(), piece.size());
  std::memcpy(entry.content + Entry::IdsBegin(piece.size()), ids.data(), ids.size_bytes());
  entry.num_bytes = static_cast<uint16_t>(piece.size());
  entry.num_ids = static_cast<uint16_t>(ids.size());
}

}  // namespace owt::text
