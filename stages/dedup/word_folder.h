#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/dedup/kernel.h"
#include "stages/text/simd_tier.h"

namespace owt::dedup {

// The words of a text, normalized: in lower case, without accents and punctuation. A word is a run
// of letters, numbers and spacing marks after canonical decomposition; accents (Mn) are left out,
// and everything else separates. In scripts that write no spaces (Han, Kana, Thai, Lao, Khmer,
// Myanmar) every letter is a word. Bytes that are no UTF-8 separate.
//
// Gives the words some hundreds at a time, so that memory does not grow with the text (but with its
// longest word), and what looks at them finds them in the cache. Not thread-safe. ASCII takes 0.4
// ns a byte with AVX2, other scripts some 3 ns a character.
class WordFolder {
 public:
  explicit WordFolder(text::SimdTier tier = text::BestSimdTier());

  WordFolder(const WordFolder&) = delete;
  WordFolder& operator=(const WordFolder&) = delete;

  // `text` must live until the last Next. REQUIRES: less than 1 GiB.
  void Start(std::string_view text);

  // Finds the next words, at least one; false where there is none.
  bool Next();

  size_t size() const { return cursor_.num_edges / 2; }

  // Lives until the next call.
  std::string_view word(size_t i) const {
    return {cursor_.base + edges_[2 * i], edges_[2 * i + 1] - edges_[2 * i]};
  }

  // HashBytes (shingle_hash.h) of all of them. REQUIRES: room for size() numbers.
  void Hash(uint64_t* hashes) const {
    kernel_->hash_words(cursor_.base, edges_.data(), size(), hashes);
  }

  // What size() is at most.
  static constexpr size_t kMaxWords = 512;

 private:
  // A code point that is not ASCII may add so many edges, and bytes.
  static constexpr size_t kEdgesRoom = 192;
  static constexpr size_t kBytesRoom = 256;

  void DropGivenWords();
  void Reserve(size_t bytes);
  void FoldEnd();
  void FoldBeyondAscii();
  void FoldCodePoint(char32_t code_point);
  void AddToWord(std::string_view bytes, bool is_alone);
  void EndWord();

  const DedupKernel* kernel_;
  std::string_view text_;
  size_t read_ = 0;  // of text_
  std::vector<char> folded_;
  std::vector<uint32_t> edges_;
  FoldCursor cursor_;
};

}  // namespace owt::dedup
