#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "pipeline/buffer.h"
#include "stages/text/bpe.h"
#include "stages/text/long_word_cache.h"
#include "stages/text/simd_tier.h"
#include "stages/text/text_kernel.h"
#include "stages/text/word_cache.h"

namespace owt::text {

struct BpeEncoderOptions {
  SimdTier tier = BestSimdTier();        // one of SimdTiers()
  size_t cache_bytes = size_t{4} << 20;  // at most; a power of two from 4 KiB to 4 GiB
};

// Turns text into ids: the pieces of GPT-2's pattern
//
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// with the classes of Unicode 16.0, each through a cache of pieces seen before, else through the
// merges. The ids depend on the text alone, not on the cache or the tier. Any bytes are accepted:
// one that is not part of valid UTF-8 counts as a character of its own that is neither letter,
// number nor space. Ids equal tiktoken's where the text is valid UTF-8. Special tokens have no
// special meaning: "<|endoftext|>" is seven ordinary ids.
//
// Time is linear in the text (bpe.h); memory is the cache's and that of the longest piece.
// REQUIRES: texts below 4 GiB - 64. Not thread-safe: one encoder per thread, over one model, which
// must outlive it.
class BpeEncoder final : private IdSink {
 public:
  using Options = BpeEncoderOptions;

  explicit BpeEncoder(const BpeModel& model, const Options& options = {});
  BpeEncoder(BpeEncoder&&) = default;

  // Appends the ids of `text`, packed as model().token_type() says.
  void EncodePacked(std::string_view text, Buffer* packed);

  // The same one by one.
  void Encode(std::string_view text, std::vector<uint32_t>* ids);

  // How many ids Encode would append.
  size_t CountTokens(std::string_view text);

  const BpeModel& model() const { return *model_; }

 private:
  char* MakeRoom(char* out) override;
  char* AddMissed(const PieceChunk& chunk, char* begin, char* end) override;

  const WideChars* GetWideChars() override { return model_->wide_chars(); }

  void LookAt(const PieceChunk& chunk);
  char* EncodeShort(std::string_view piece, const WordKey& key, CachedPair* pair, char* out);
  char* EncodeLong(std::string_view piece, uint64_t hash, char* out);
  void EncodePart(std::string_view part, uint64_t hash, std::vector<uint32_t>* ids);
  void Merge(std::string_view part, std::vector<uint32_t>* ids) const;

  CachedPair* PairAt(uint32_t offset) const {
    return reinterpret_cast<CachedPair*>(reinterpret_cast<char*>(cache_.pairs()) + offset);
  }

  bool has_fast_merges() const {
    return kernel_->encode_words != nullptr && model_->words() != nullptr;
  }

  char* Pack(const uint32_t* ids, size_t count, char* out) const;

  // The missed pieces of a chunk.
  struct Missed {
    uint64_t long_hashes[PieceChunk::kMaxPieces];  // of those that the long cache may hold
    WordIds words[PieceChunk::kMaxPieces];         // of those that are words
    char hits[(PieceChunk::kMaxPieces + 1) * CachedWord::kMaxIdBytes * 2];  // ids behind the first
  };

  // Words that wait for their ids.
  struct NewWords {
    static constexpr size_t kMax = 8;

    size_t count = 0;
    WordKey keys[kMax];
    CachedPair* pairs[kMax];
    WordIds* wanted[kMax];
  };

  void MakeFew(const WordKey& key, CachedPair* pair, WordIds* made);
  void MakeWords(NewWords* words);

  const BpeModel* model_;
  const TextKernel* kernel_;
  WordCache cache_;
  LongWordCache long_cache_;
  std::unique_ptr<Missed> missed_;
  size_t id_bytes_;
  Buffer* packed_ = nullptr;   // while a text is encoded
  Buffer scratch_;             // of Encode and CountTokens
  std::vector<uint32_t> ids_;  // of a long piece
};

}  // namespace owt::text
