#include "stages/text/long_word_cache.h"

#include <xxhash.h>

#include <cstring>

namespace owt::text {

LongWordCache::LongWordCache() : entries_(std::make_unique<Entry[]>(kNumEntries)) {}

LongWordCache::Entry& LongWordCache::EntryOf(std::string_view piece) const {
  return entries_[XXH3_64bits(piece.data(), piece.size()) % kNumEntries];
}

std::span<const uint32_t> LongWordCache::Find(std::string_view piece) const {
  const Entry& entry = EntryOf(piece);
  if (std::string_view(entry.bytes, entry.num_bytes) != piece) return {};
  return {entry.ids, entry.num_ids};
}

void LongWordCache::Insert(std::string_view piece, std::span<const uint32_t> ids) {
  Entry& entry = EntryOf(piece);
  std::memcpy(entry.bytes, piece.data(), piece.size());
  std::memcpy(entry.ids, ids.data(), ids.size_bytes());
  entry.num_bytes = static_cast<uint16_t>(piece.size());
  entry.num_ids = static_cast<uint16_t>(ids.size());
}

}  // namespace owt::text
