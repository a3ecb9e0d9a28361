#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stages/text/simd_tier.h"
#include "stages/text/token_borders.h"
#include "stages/text/wide_chars.h"
#include "stages/text/word_cache.h"
#include "stages/text/word_merges.h"

namespace owt::text {

// The ids of a word, 16 bits each.
struct alignas(32) WordIds {
  uint16_t ids[WordKey::kMaxBytes];
  uint16_t num_bytes;  // of them
};

// A piece that is not in the first place of its pair.
struct MissedPiece {
  uint32_t number;      // of the piece in its chunk
  uint32_t hits_bytes;  // ids before it, as far as they were found
};

// Some hundred neighbouring pieces.
struct PieceChunk {
  static constexpr size_t kMaxPieces = 256 + 64;

  const char* text;
  const uint32_t* starts;     // of the pieces in the text, and of the next one
  const WordKey* keys;        // those of pieces above WordKey::kMaxBytes are not to be looked at
  const uint32_t* offsets;    // of their pairs, in bytes
  const MissedPiece* missed;  // in their order
  size_t num_missed;
};

// Where the ids of a text go, and who makes those of pieces that the cache does not hold.
class IdSink {
 public:
  // Bytes behind `out` that a kernel may write between two calls.
  static constexpr size_t kRoom = 32 * 1024;

  // Returns the place for the next ids: `out`, or where it has moved, with kRoom bytes behind it.
  virtual char* MakeRoom(char* out) = 0;

  // [begin, end) are the ids of the chunk but for those of the missed pieces: puts these where they
  // belong, and returns the place for the next ids.
  virtual char* AddMissed(const PieceChunk& chunk, char* begin, char* end) = 0;

  // For runs of characters of three bytes; null where ids do not have 16 bits.
  virtual const WideChars* GetWideChars() = 0;

 protected:
  ~IdSink() = default;
};

inline constexpr size_t kMaxPartBytes = 88;

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

  // Makes the ids of `count` words by their merges, as BpeModel::EncodeShort does. Null where there
  // is nothing faster than that.
  void (*encode_words)(const WordMerges& merges, const WordKey* keys, size_t count, WordIds* out);

  // The same for 1 to kMaxPartBytes bytes of text; returns how many ids, or 0 where it has no fast
  // way. REQUIRES: room for kMaxPartBytes + 8.
  size_t (*encode_part)(const WordMerges& merges, std::string_view part, uint16_t* out);
};

// Neither reads nor writes a byte outside of the text and of what is said above.
// REQUIRES: `tier` is one of SimdTiers().
const TextKernel& TextKernelOf(SimdTier tier);

void EncodeWordsAvx2(const WordMerges& merges, const WordKey* keys, size_t count, WordIds* out);
size_t EncodePartAvx2(const WordMerges& merges, std::string_view part, uint16_t* out);

extern const TextKernel kScalarKernel;
extern const TextKernel kAvx2Kernel;
extern const TextKernel kAvx512Kernel;

}  // namespace owt::text
