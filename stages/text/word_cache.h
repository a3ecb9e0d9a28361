#pragma once

#include <cstddef>
#include <cstdint>

namespace owt::text {

// A piece of at most 15 bytes: its bytes, zeros, and its length in the last byte.
struct alignas(16) WordKey {
  static constexpr size_t kMaxBytes = 15;

  uint64_t low, high;

  bool operator==(const WordKey&) const = default;
};

// A piece and its ids, packed.
struct alignas(32) CachedWord {
  static constexpr size_t kMaxIdBytes = 14;

  WordKey key;  // all zero: empty
  char ids[kMaxIdBytes];
  uint16_t num_id_bytes;
};

// Two words with the same hash, in one line of the processor's cache.
struct alignas(64) CachedPair {
  CachedWord first;   // hot loops look here alone
  CachedWord second;  // the newest word; it moves up when it is seen again
};

// What pieces of a text encode to, as far as remembered: pairs of words, found by a hash of the
// key. Bounded memory: the place of a word that was not seen again goes to the next. It starts
// small and grows with the number of words that find no first place, so that a text finds what it
// needs close together. Not thread-safe.
class WordCache {
 public:
  using Hash = uint64_t (*)(const WordKey&);

  // Takes up to `max_bytes` of memory, a power of two from 4 KiB to 4 GiB; all of it is empty.
  WordCache(size_t max_bytes, Hash hash);
  ~WordCache();
  WordCache(WordCache&& other) noexcept;
  WordCache& operator=(WordCache&&) = delete;

  // The pairs; hash & offset_mask() is the offset in bytes of one.
  CachedPair* pairs() const { return pairs_; }

  uint64_t offset_mask() const { return num_pairs_ * sizeof(CachedPair) - sizeof(CachedPair); }

  // Makes more pairs where many words found no first place since the last time. Words move then,
  // pairs() stays what it is.
  void Grow();

  // The word in the second place, which becomes the first, or null. For keys that are not in the
  // first place.
  const CachedWord* FindSecond(CachedPair* pair, const WordKey& key);

  // Remembers a word. REQUIRES: it is in neither place; num_id_bytes <= kMaxIdBytes; kMaxIdBytes
  // bytes of `ids` can be read, of any content behind the first num_id_bytes.
  void Insert(CachedPair* pair, const WordKey& key, const char* ids, size_t num_id_bytes);

 private:
  void Double();

  CachedPair* pairs_;
  size_t max_pairs_;
  size_t num_pairs_;
  size_t num_moves_ = 0;  // words inserted or moved up since the last growth
  Hash hash_;
};

}  // namespace owt::text
