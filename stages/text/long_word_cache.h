#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace owt::text {

// Pieces that are too long for the word cache and not so long that they hardly come again: rules of
// dashes, indentation, compound words. A fixed 3 MiB: a place for each hash, and the latest
// piece wins. Not thread-safe.
class LongWordCache {
 public:
  static constexpr size_t kMaxBytes = 144;
  static constexpr size_t kMaxIdBytes = 44;

  LongWordCache();

  // The packed ids of `piece`, or nothing where they are not known. Lives until the next Insert.
  // REQUIRES of both: 0 < piece.size() <= kMaxBytes.
  std::string_view Find(std::string_view piece) const;

  // REQUIRES: ids.size() <= kMaxIdBytes.
  void Insert(std::string_view piece, std::string_view ids);

 private:
  static constexpr size_t kNumEntries = 16384;

  struct alignas(64) Entry {
    uint16_t num_bytes;  // 0: empty
    uint16_t num_id_bytes;
    char ids[kMaxIdBytes];
    char bytes[kMaxBytes];
  };

  Entry& EntryOf(std::string_view piece) const;

  std::unique_ptr<Entry[]> entries_;
};

}  // namespace owt::text
