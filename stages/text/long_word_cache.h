#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace owt::text {

// Pieces that are too long for the word cache and not so long that they hardly come again: rules of
// dashes, indentation, compound words, parts of longer ones. A fixed 4.6 MiB: a place for each
// hash, which goes from one piece to another only when that comes twice in a row. So text without
// end that never comes again (digits, base64) touches 16 bytes a piece and no more. Not
// thread-safe.
class LongWordCache {
 public:
  static constexpr size_t kMaxBytes = 256;
  static constexpr size_t kMaxIds = 79;

  LongWordCache();

  // Of a piece, for what follows.
  static uint64_t HashOf(std::string_view piece);

  // Asks for the memory that Find will look at.
  void Prefetch(uint64_t hash) const {
    __builtin_prefetch(&places_[hash % kNumEntries]);
    __builtin_prefetch(&entries_[hash % kNumEntries]);
  }

  // The ids of `piece`, or nothing where they are not known. Lives until the next Insert.
  // REQUIRES of both: 0 < piece.size() <= kMaxBytes, its hash.
  std::span<const uint32_t> Find(std::string_view piece, uint64_t hash) const;

  // Remembers the piece, if its place is free or it is also the last one that came for it.
  // REQUIRES: ids.size() <= kMaxIds.
  void Insert(std::string_view piece, uint64_t hash, std::span<const uint32_t> ids);

 private:
  static constexpr size_t kNumEntries = 8192;

  // The ids stand right behind the bytes: what is short is in one line of the processor's cache.
  struct alignas(64) Entry {
    uint16_t num_bytes;
    uint16_t num_ids;
    uint32_t content[kMaxBytes / sizeof(uint32_t) + kMaxIds];

    char* bytes() { return reinterpret_cast<char*>(content); }

    const char* bytes() const { return reinterpret_cast<const char*>(content); }

    static size_t IdsBegin(size_t num_bytes) { return (num_bytes + 3) / sizeof(uint32_t); }
  };

  struct Place {
    uint64_t held = 0;  // hash of the piece in the entry; 0: none
    uint64_t seen = 0;  // of the latest piece that was inserted
  };

  std::unique_ptr<Entry[]> entries_;
  std::unique_ptr<Place[]> places_;
};

}  // namespace owt::text
