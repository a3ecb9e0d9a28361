#pragma once

// For the kernels alone (text_kernel.h): the pre-tokenizer over 64 bytes at a time, for any set of
// instructions. Instantiated in files that are compiled for instructions that the processor may
// not have, so nothing here may come from the standard library but constants: the linker keeps one
// of several equal inline functions, whichever it likes.
//
// A piece starts where the class of characters changes, except behind a space that attaches to what
// follows; white space gives its last character away; a contraction is a piece that reaches into
// the letters behind it. In bits: "the byte before" is a shift, and each rule an and or an or. The
// idea of pieces by masks is that of gigatoken (M. Rod, 2026), which in turn takes simdjson's
// (Langdale and Lemire, 2019); the algebra is ours.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "stages/text/byte_classes.h"

namespace owt::text {

// Finds the piece starts of one text, from its beginning to its end.
//
// `Simd` has, all static:
//   ByteClasses Classify(const char* block)   of 64 bytes, as far as ASCII goes
//   LetterBytes FindLetters(const char* block)  the same for letters beyond ASCII
//   size_t Positions(uint64_t bits, uint32_t first, uint32_t* out)
//                                             writes first + i for each bit i; returns how many;
//                                             may write kSlack further
template <class Simd>
class PieceStarts {
 public:
  static constexpr size_t kBlock = ByteClasses::kBytes;
  static constexpr size_t kSlack = 64;

  // From `begin` on, where a piece begins. REQUIRES: begin <= size < 2^32 - 64.
  PieceStarts(const char* data, size_t size, const TokenBorders* borders, size_t begin = 0)
      : data_(data), size_(size), end_(data + size), borders_(borders), begin_(begin) {
    next_ = ClassifyAt(begin);
  }

  bool done() const { return begin_ >= size_; }

  // Whether the latest 64 bytes hold nothing of ASCII.
  bool is_beyond_ascii() const { return is_beyond_ascii_; }

  // Writes the starts of the next 64 bytes, which are at most as many; returns how many.
  // REQUIRES: !done(); room for 64 + kSlack.
  size_t Next(uint32_t* starts) {
    const ByteClasses current = next_;
    is_beyond_ascii_ = current.beyond_ascii == ~uint64_t{0};
    const size_t after = begin_ + kBlock;
    next_ = after < size_ ? ClassifyAt(after) : BehindTheEnd();
    uint64_t bits = Starts(current);
    if (current.apostrophe != 0) bits = CutContractions(current, bits);
    bits = (bits & ~cleared_) | set_ | current.cuts;
    cleared_ = next_cleared_;
    set_ = next_set_;
    next_cleared_ = next_set_ = 0;
    if (after > size_) bits &= ~uint64_t{0} >> (after - size_);
    const size_t count = Simd::Positions(bits, static_cast<uint32_t>(begin_), starts);
    begin_ = after;
    return count;
  }

 private:
  // All white: a run of white space at the end of the text gives nothing away.
  static ByteClasses BehindTheEnd() {
    ByteClasses classes;
    classes.white = ~uint64_t{0};
    return classes;
  }

  ByteClasses ClassifyAt(size_t at) {
    const char* block = data_ + at;
    char last[kBlock];
    if (size_ - at < kBlock) {
      std::memset(last, ' ', kBlock);
      std::memcpy(last, block, size_ - at);
      block = last;
    }
    const ByteClasses classes = Simd::Classify(block);
    if (classes.beyond_ascii == 0) return classes;
    // Copies: what has its address taken does not stay in registers.
    ByteClasses all = classes;
    StraddlingChar straddling = straddling_;
    ClassifyBeyondAscii(data_ + at, Simd::FindLetters(block), {data_, end_, borders_}, &straddling,
                        &all);
    straddling_ = straddling;
    return all;
  }

  uint64_t Starts(const ByteClasses& c) {
    const uint64_t other = ~(c.letter | c.number | c.white);
    const uint64_t same = (c.letter & Before(c.letter, &letter_)) |
                          (c.number & Before(c.number, &number_)) |
                          (other & Before(other, &other_));
    const uint64_t behind_space = Before(c.space, &space_);
    const uint64_t not_white = ~(c.white | same | behind_space);
    const uint64_t behind_white = Before(c.white, &white_);
    uint64_t last = c.white & ~(c.white >> 1 | next_.white << 63);
    if ((c.inside_white | next_.inside_white) == 0)
      return not_white | (c.white & (~behind_white | last));
    last = FirstBytesOf(last, c);
    return not_white | (c.white & ~c.inside_white & (~behind_white | last));
  }

  // The bits one place up: what the byte before is.
  static uint64_t Before(uint64_t bits, uint64_t* carry) {
    const uint64_t shifted = bits << 1 | *carry;
    *carry = bits >> 63;
    return shifted;
  }

  // From the last bytes of white characters to their first ones. A character of this block may end
  // in the next, so that takes part with its first two bytes.
  uint64_t FirstBytesOf(uint64_t low, const ByteClasses& c) const {
    uint64_t high = next_.white & ~(next_.white >> 1) & 3;
    for (int i = 0; i < 2; ++i) {
      const uint64_t inside_low = low & c.inside_white;
      const uint64_t inside_high = high & next_.inside_white;
      low = (low & ~c.inside_white) | inside_low >> 1 | inside_high << 63;
      high = (high & ~next_.inside_white) | inside_high >> 1;
    }
    return low;
  }

  // An apostrophe with which a piece starts takes its letters with it.
  uint64_t CutContractions(const ByteClasses& c, uint64_t starts) {
    for (uint64_t left = starts & c.apostrophe; left != 0; left &= left - 1) {
      const auto i = static_cast<unsigned>(__builtin_ctzll(left));
      const unsigned length = ContractionAt(data_ + begin_ + i);
      if (length == 0) continue;
      Put(i + 1, &cleared_, &next_cleared_);
      Put(i + length, &set_, &next_set_);
    }
    return starts;
  }

  static void Put(unsigned bit, uint64_t* bits, uint64_t* next_bits) {
    if (bit < kBlock) {
      *bits |= uint64_t{1} << bit;
    } else {
      *next_bits |= uint64_t{1} << (bit - kBlock);
    }
  }

  // Length of 's 't 're 've 'm 'll 'd at `at`, which holds an apostrophe, or 0.
  unsigned ContractionAt(const char* at) const {
    if (end_ - at < 2) return 0;
    const char first = at[1];
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
    if (end_ - at < 3) return 0;
    const char second = at[2];
    const bool three = (first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
                       (first == 'l' && second == 'l');
    return three ? 3 : 0;
  }

  const char* data_;
  size_t size_;
  const char* end_;
  const TokenBorders* borders_;  // or null
  size_t begin_;                 // of the block that comes next
  bool is_beyond_ascii_ = false;
  ByteClasses next_;  // its classes
  StraddlingChar straddling_;
  uint64_t letter_ = 0, number_ = 0, other_ = 0, space_ = 0, white_ = 0;  // the byte before: 0 or 1
  uint64_t set_ = 0, cleared_ = 0;  // by contractions, in this block and the next
  uint64_t next_set_ = 0, next_cleared_ = 0;
};

}  // namespace owt::text
