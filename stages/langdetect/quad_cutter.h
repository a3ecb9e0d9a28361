#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace owt::langdetect {

// A group of four letters, or what is left of a word.
struct Quad {
  uint32_t hash;
  uint32_t offset;
};

// Cuts the groups of a part of a span, some dozens at a time, and hashes them. Groups overlap by
// two letters within a word, or by one before a vowel.
class QuadCutter {
 public:
  static constexpr size_t kMostQuads = 512;

  // Cuts text[begin, limit). REQUIRES: a space or the NUL of ScriptSpan at `limit`, and 64 bytes
  // behind it that may be read.
  QuadCutter(const char* text, int begin, int limit);

  // The next groups, none at the end; behind the last stands where the one after it begins.
  std::span<const Quad> Next();

 private:
  bool CutBlock();
  void CutOneByOne(const char* end, size_t most);
  const char* WordStartAhead() const;
  void CutTwo(const char* second);
  const char* Cut(const char* at, Quad* quad) const;

  const char* text_;
  const char* at_;
  const char* end_;
  bool other_letters_ = false;  // there are few blocks of ASCII
  int odd_at_ = 0;              // where in a block something else than words of ASCII stands
  size_t size_ = 0;
  std::array<Quad, kMostQuads + 1> quads_;
  std::array<Quad, kMostQuads / 2> second_quads_;
};

}  // namespace owt::langdetect
