#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/large_pages.h"

namespace owt::train_tokenizer {

// How often each distinct piece of text was seen. Not thread-safe.
//
// Two tables of open addressing: nearly all words have at most 15 bytes and lie in their slots, the
// others lie in blocks that never move. A slot's place is the upper bits of its hash, so that the
// words of one table come in the order of another, larger one: adding them up goes once through
// memory.
class WordCounts {
 public:
  WordCounts();

  void Add(std::string_view word, uint64_t times = 1);

  // Adds all pieces of a text, which begin at `starts`. REQUIRES: ascending, inside the text.
  void AddPieces(std::string_view text, std::span<const uint32_t> starts);

  // Appends all words with their counts to *out, in no particular order; AddAll adds what was
  // appended so, and returns false, having added a part, where `packed` is damaged.
  void AppendTo(std::string* out) const;
  [[nodiscard]] bool AddAll(std::string_view packed);

  // Forgets all words, but keeps memory for as many again.
  void Clear();

  size_t size() const { return num_short_ + num_long_; }

  // Of all distinct words.
  uint64_t num_bytes() const { return num_bytes_; }

  // Bytes of memory held.
  uint64_t memory_bytes() const {
    return short_.size() * sizeof(ShortSlot) + long_.size() * sizeof(LongSlot) + block_bytes_;
  }

  // Calls each(word, times), in no particular order. Views live until the next change.
  template <class Each>
  void ForEach(Each each) const {
    for (const ShortSlot& slot : short_) {
      if (slot.times != 0) each(slot.key.view(), slot.times);
    }
    for (const LongSlot& slot : long_) {
      if (slot.times != 0) each(std::string_view(slot.bytes, slot.size), slot.times);
    }
  }

 private:
  static constexpr size_t kMaxShort = 15;

  // The bytes of a word, zeros, and its length in the last byte.
  struct ShortKey {
    uint64_t low = 0;
    uint64_t high = 0;

    bool operator==(const ShortKey&) const = default;

    std::string_view view() const { return {reinterpret_cast<const char*>(this), high >> 56}; }
  };

  struct ShortSlot {
    ShortKey key;
    uint64_t times = 0;  // 0: empty
  };

  struct LongSlot {
    const char* bytes = nullptr;
    uint32_t size = 0;
    uint32_t hash = 0;   // lower half, to compare without a look at the bytes
    uint64_t times = 0;  // 0: empty
  };

  // A short word on the way into the table.
  struct Waiting {
    ShortKey key;
    uint64_t hash;
  };

  static ShortKey KeyOf(std::string_view word, const char* end);
  static uint64_t HashOf(const ShortKey& key);

  template <class Slots>
  static size_t PlaceOf(uint64_t hash, const Slots& slots) {
    return hash >> (64 - std::countr_zero(slots.size()));
  }

  static bool IsWhole(const ShortKey& key);

  void AddShort(const Waiting& word, uint64_t times);
  void AddLong(std::string_view word, uint64_t times);
  bool AddPackedShort(std::string_view packed);
  bool AddPackedLong(std::string_view packed, uint64_t count);
  void GrowShort();
  void GrowLong();
  const char* Keep(std::string_view word);

  // A power of two of slots each, at most half full.
  std::vector<ShortSlot, LargePages<ShortSlot>> short_;
  std::vector<LongSlot> long_;
  size_t num_short_ = 0;
  size_t num_long_ = 0;
  uint64_t num_bytes_ = 0;
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_left_ = 0;
  char* block_next_ = nullptr;
  uint64_t block_bytes_ = 0;  // of all blocks
};

}  // namespace owt::train_tokenizer
