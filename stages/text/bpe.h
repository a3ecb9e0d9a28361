#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"

namespace owt::text {

// The merges of a vocabulary, ready to be applied. Immutable and shared by all threads; about
// 2 MiB for GPT-2's 50,000 merges.
class BpeModel {
 public:
  static constexpr size_t kWindowBytes = 2048;

  // Copies what it needs. `window_bytes` is the length from which pieces are encoded part by part;
  // it changes no id, and tests make it small. REQUIRES: fewer than 2^24 merges, window_bytes > 0.
  explicit BpeModel(const formats::Gpt2Vocab& vocab, size_t window_bytes = kWindowBytes);

  uint32_t end_of_text() const { return end_of_text_; }

  // Appends the ids of one piece: starting from bytes, the adjacent pair of the lowest rank is
  // merged, leftmost first, until none is left. Time is linear in the piece, and memory beside the
  // ids constant, but for pieces where what comes last changes ids far before it; none are known.
  void EncodePiece(std::string_view piece, std::vector<uint32_t>* ids) const;

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};

  struct Slot {
    uint64_t pair = ~uint64_t{0};
    uint32_t merged = kNone;
  };

  struct Symbol;

  void Insert(uint64_t pair, uint32_t merged);
  uint32_t Find(uint32_t left, uint32_t right) const;
  void EncodeShort(std::string_view piece, std::vector<uint32_t>* ids) const;
  void EncodeLong(std::string_view piece, std::vector<uint32_t>* ids) const;
  void EncodeWindows(std::string_view piece, std::vector<uint32_t>* ids) const;
  bool CanFollow(uint32_t first, uint32_t second, std::string_view bytes) const;

  std::array<uint32_t, 256> byte_ids_{};
  std::vector<Slot> slots_;            // open addressing, at most half full
  int shift_ = 0;                      // 64 - log2(slots_.size())
  std::vector<uint32_t> token_bytes_;  // length by id
  size_t window_bytes_;
  uint32_t end_of_text_ = 0;
};

// Turns text into ids: pieces of GPT-2's pattern, each through a cache of recent pieces, else
// through the merges. The ids do not depend on what was encoded before.
//
// The cache is 4 MiB, fixed: a piece of at most 15 bytes has one place, and the latest wins.
// Not thread-safe: one encoder per thread, over one model, which must outlive it.
class BpeEncoder {
 public:
  explicit BpeEncoder(const BpeModel& model);

  // Appends the ids of `text`. Special tokens have no special meaning in text: "<|endoftext|>"
  // is seven ordinary ids. Any bytes are accepted; ids equal tiktoken's where they are valid UTF-8.
  void Encode(std::string_view text, std::vector<uint32_t>* ids);

  // How many ids Encode would append.
  size_t CountTokens(std::string_view text);

  const BpeModel& model() const { return *model_; }

 private:
  static constexpr size_t kMaxCachedBytes = 15;
  static constexpr size_t kMaxCachedIds = 3;
  static constexpr int kCacheBits = 17;

  struct Entry {
    uint64_t low = 0, high = 0;  // the bytes of the piece; the top byte is its length
    std::array<uint32_t, kMaxCachedIds> ids{};
    uint32_t num_ids = 0;  // 0: empty
  };

  void EncodePiece(std::string_view piece, std::vector<uint32_t>* ids);

  const BpeModel* model_;
  std::vector<Entry> cache_;
  std::vector<uint32_t> scratch_;  // of CountTokens
};

}  // namespace owt::text
