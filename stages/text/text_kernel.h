#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stages/text/simd_tier.h"
#include "stages/text/token_borders.h"
#include "stages/text/word_cache.h"
#include "stages/text/word_merges.h"

namespace owt::text {

// Where the ids of a text go, and who makes those of pieces that the cache does not hold.
class IdSink {
 public:
  // Bytes behind `out` that a kernel may write between two calls.
  static constexpr size_t kRoom = 32 * 1024;

  // Returns the place for the next ids: `out`, or where it has moved, with kRoom bytes behind it.
  virtual char* MakeRoom(char* out) = 0;

  // Writes the ids of a piece that is not in the first place of `pair`, and returns as MakeRoom
  // does. Pieces of more than WordKey::kMaxBytes have neither key nor pair: they are not looked at.
  virtual char* Encode(std::string_view piece, const WordKey& key, CachedPair* pair, char* out) = 0;

 protected:
  ~IdSink() = default;
};

inline constexpr size_t kMaxPartBytes = 62;

// The loops over all text, for one set of instructions.
struct TextKernel {
  // Writes the starts of all pieces (piece_starts.h), `text.size()` at most, and returns how many.
  // REQUIRES: room for text.size() + 128; text.size() < 2^32 - 64.
  size_t (*split)(std::string_view text, uint32_t* starts);

  // Encodes all pieces of `text`, from the cache where it holds them. Returns where the ids end,
  // having started at `out`. Pieces are cut further before characters beyond ASCII that no
  // token may join to what is before them: no merge crosses such a border, so that the ids are the
  // same, and scripts without spaces become words that are known. A cache belongs to one kernel:
  // each has its own hash. REQUIRES: as above.
  char* (*encode)(std::string_view text, const TokenBorders& borders, const WordCache& cache,
                  IdSink* sink, char* out);

  // Of the keys in its cache.
  WordCache::Hash hash;

  // Writes the ids of a word, made by its merges as BpeModel::EncodeShort does, 16 bits each, and
  // returns their number of bytes. Up to 2 * WordKey::kMaxBytes are written. Null where there is
  // nothing faster than EncodeShort.
  size_t (*encode_word)(const WordMerges& merges, const WordKey& key, char* out);

  // The same for 1 to kMaxPartBytes bytes of text; returns how many ids.
  size_t (*encode_part)(const WordMerges& merges, std::string_view part, uint16_t* ids);
};

// Neither reads nor writes a byte outside of the text and of what is said above.
// REQUIRES: `tier` is one of SimdTiers().
const TextKernel& TextKernelOf(SimdTier tier);

size_t EncodeWordAvx2(const WordMerges& merges, const WordKey& key, char* out);
size_t EncodePartAvx2(const WordMerges& merges, std::string_view part, uint16_t* out);

extern const TextKernel kScalarKernel;
extern const TextKernel kAvx2Kernel;
extern const TextKernel kAvx512Kernel;

}  // namespace owt::text
