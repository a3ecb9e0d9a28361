#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "stages/text/token_borders.h"
#include "stages/text/word_merges.h"

namespace owt::text {

// The ids of every character of three bytes, by its code point: Chinese, Japanese and Korean, the
// scripts of India, most symbols. In a text of such characters hardly a token reaches from one to
// the next (token_borders.h), and where none may, and where a letter stands beside what is none,
// the text can be cut: so the ids of most of it are those of its characters one by one. Immutable
// once made, shared by all threads; 512 KiB, of which a text needs the lines of its script.
class WideChars {
 public:
  static constexpr size_t kBytes = 3;  // of a character

  // Takes about a millisecond.
  WideChars(const WordMerges& merges, const TokenBorders& borders);

  // Why a run ends.
  enum class End {
    kOther,  // at the end of the text, or one character before something else: white space, bytes
             // that are not valid, characters of another length
    kJoint,  // behind the character at `end` the text cannot be cut
    kFull,
  };

  struct Run {
    const char* end;  // a character begins here, and the text can be cut before it
    char* out;        // where the ids end
    End why;
  };

  // Writes the ids of the text from `at` to Run::end, 16 bits each, as far as there is room for
  // kRoom more up to `out_end`. Of `text` bytes before `at` are looked at. REQUIRES: the text can
  // be cut at `at`.
  Run Encode(const char* text, const char* at, const char* text_end, char* out,
             const char* out_end) const;

  // Where it can be cut next behind `at`, from where on it is no longer than `max_bytes`; null
  // where a run ends before, or that is too far. REQUIRES: Encode ended here with kJoint.
  const char* NextCut(const char* text, const char* at, const char* text_end,
                      size_t max_bytes) const;

  static constexpr size_t kRoom = 8;

 private:
  // Bits of Char::traits: UnicodeClass, and whether any token reaches over this one's end.
  enum : uint8_t { kClass = 3, kMayJoinNext = 4 };

  struct Char {
    uint16_t ids[kBytes] = {};
    uint8_t num_id_bytes = 0;  // 0: no part of runs
    uint8_t traits = 0;
  };

  static constexpr size_t kNumChars = 1 << 16;

  const Char& At(const uint8_t* at) const {
    return chars_[(at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu)];
  }

  const Char* Find(const uint8_t* at, const uint8_t* end) const;
  bool IsJoint(const uint8_t* text, const uint8_t* at, const uint8_t* end, const Char& one,
               const Char& next) const;

  const TokenBorders* borders_;
  std::unique_ptr<Char[]> chars_;
};

}  // namespace owt::text
