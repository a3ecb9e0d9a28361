#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace owt::text {

// Pieces that are too long for the word cache and not so long that they hardly come again: rules of
// dashes, indentation, compound words, parts of longer ones. A fixed 4.5 MiB: a place for each
// hash, and the latest piece wins. Not thread-safe.
class LongWordCache {
 public:
  static constexpr size_t kMaxBytes = 256;
  static constexpr size_t kMaxIds = 79;

  LongWordCache();

  // The ids of `piece`, or nothing where they are not known. Lives until the next Insert.
  // REQUIRES of both: 0 < piece.size() <= kMaxBytes.
  std::span<const uint32_t> Find(std::string_view piece) const;

  // REQUIRES: ids.size() <= kMaxIds.
  void Insert(std::string_view piece, std::span<const uint32_t> ids);

 private:
  static constexpr size_t kNumEntries = 8192;

  struct alignas(64) Entry {
    uint16_t num_bytes;  // 0: empty
    uint16_t num_ids;
    uint32_t ids[kMaxIds];
    char bytes[kMaxBytes];
  };

  Entry& EntryOf(std::string_view piece) const;

  std::unique_ptr<Entry[]> entries_;
};

}  // namespace owt::text
