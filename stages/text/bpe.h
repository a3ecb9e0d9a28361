#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "formats/indexed_dataset.h"
#include "stages/text/merge_table.h"
#include "stages/text/token_borders.h"
#include "stages/text/wide_chars.h"
#include "stages/text/word_merges.h"

namespace owt::text {

// The merges of a vocabulary, ready to be applied. Seems immutable and is shared by all threads;
// about 3 MiB for GPT-2's 50,000 merges, and 2 more where the scan is needed.
class BpeModel {
 public:
  static constexpr size_t kWindowBytes = 64;

  // Copies what it needs. `window_bytes` is how much is encoded at a time of pieces that are not
  // short; it changes no id, and tests make it small. `token_type` is Megatron's choice where none
  // is given. REQUIRES: at most 2^24 ids, window_bytes > 0, ids that the type can hold.
  explicit BpeModel(const formats::Gpt2Vocab& vocab, size_t window_bytes = kWindowBytes,
                    std::optional<formats::TokenType> token_type = std::nullopt);
  ~BpeModel();

  uint32_t end_of_text() const { return vocab_.end_of_text(); }

  // Of ids in files.
  formats::TokenType token_type() const { return token_type_; }

  // The same merges for vector code, where tokens are files of 16 bits; else null.
  const WordMerges* words() const { return words_.has_value() ? &*words_ : nullptr; }

  // Made at the first call; null where words() is.
  const WideChars* wide_chars() const;

  // Of all tokens.
  const TokenBorders& borders() const { return borders_; }

  // Appends the ids of one piece: starting from bytes, the adjacent pair of the lowest rank is
  // merged, leftmost first, until none is left. Time is linear in the piece, and memory beside the
  // ids constant, but for pieces where what comes last changes ids far before it; none are known.
  //
  // Long pieces are encoded part by part, with a call of `encode_part` for each; whoever has seen
  // many can remember them. It appends what EncodePart does.
  using PartEncoder = std::function<void(std::string_view part, std::vector<uint32_t>* ids)>;
  void EncodePiece(std::string_view piece, const PartEncoder& encode_part,
                   std::vector<uint32_t>* ids) const;
  void EncodePiece(std::string_view piece, std::vector<uint32_t>* ids) const;

  // The same at once: n log n. A kernel has a faster way for what is short (text_kernel.h).
  void EncodePart(std::string_view part, std::vector<uint32_t>* ids) const;

  // The same for a piece of at most kShortBytes: writes the ids and returns how many.
  static constexpr size_t kShortBytes = 64;
  size_t EncodeShort(std::string_view piece, uint32_t* ids) const;

 private:
  static constexpr uint32_t kNone = MergeTable::kNone;

  struct Symbol;
  struct Scan;
  struct LazyScan;
  struct LazyWideChars;

  const Scan& scan() const;

  size_t TokenBytes(uint32_t id) const { return vocab_.token_bytes(id).size(); }

  void EncodeLong(std::string_view piece, std::vector<uint32_t>* ids) const;
  bool Join(std::string_view piece, size_t begin, size_t first, const std::vector<uint32_t>& window,
            const PartEncoder& encode_part, std::vector<uint32_t>* before) const;

  formats::Gpt2Vocab vocab_;
  std::optional<WordMerges> words_;
  std::unique_ptr<LazyScan> scan_;
  std::unique_ptr<LazyWideChars> wide_chars_;
  TokenBorders borders_;
  size_t window_bytes_;
  formats::TokenType token_type_;
};

}  // namespace owt::text
