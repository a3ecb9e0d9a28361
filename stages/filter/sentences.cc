#include "stages/filter/sentences.h"

#include <array>
#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "pipeline/white_space.h"
#include "stages/filter/character_sets.h"
#include "stages/text/url.h"

namespace owt::filter {
namespace {

enum Kind : uint8_t { kPlain, kWhite, kMark, kIdeographicMark, kCloser };

constexpr std::array<Kind, 128> kAsciiKinds = [] {
  std::array<Kind, 128> kinds{};
  for (const char c : {'\t', '\n', '\v', '\f', '\r', '\x1C', '\x1D', '\x1E', '\x1F', ' '}) {
    kinds[static_cast<size_t>(c)] = kWhite;
  }
  for (const char c : {'.', '?', '!'}) kinds[static_cast<size_t>(c)] = kMark;
  for (const char c : {'"', '\'', ')', ']'}) kinds[static_cast<size_t>(c)] = kCloser;
  return kinds;
}();

// The kind of the character at text[at] and its length.
Kind KindAt(std::string_view text, size_t at, uint32_t* length) {
  const char32_t c = DecodeValid(text.data() + at, length);
  if (c < 0x80) return kAsciiKinds[c];
  if (c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF61) return kIdeographicMark;
  if (IsTerminalMark(c)) return kMark;
  if (c == 0x201D || c == 0x2019 || c == 0xBB || c == 0x300D || c == 0x300F) return kCloser;
  return IsWhiteSpace(c) ? kWhite : kPlain;
}

// What may begin a mark that ends a sentence.
constexpr std::array<bool, 256> kMayBeMark = [] {
  std::array<bool, 256> table{};
  for (const char c : {'.', '?', '!'}) table[static_cast<size_t>(c)] = true;
  for (size_t b = 0x80; b < table.size(); ++b) table[b] = true;
  return table;
}();

size_t NextMark(std::string_view line, size_t begin) {
  size_t i = begin;
#if defined(__SSE2__)  // every x86-64
  constexpr size_t kBlock = 16;
  for (; i + kBlock <= line.size(); i += kBlock) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.data() + i));
    const auto equal = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const __m128i marks = _mm_or_si128(_mm_or_si128(equal('.'), equal('?')), equal('!'));
    const auto bits = static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(marks, bytes)));
    if (bits != 0) return i + static_cast<size_t>(std::countr_zero(bits));
  }
#endif
  while (i < line.size() && !kMayBeMark[static_cast<uint8_t>(line[i])]) ++i;
  return i;
}

bool IsBlank(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    uint32_t length;
    if (KindAt(text, i, &length) != kWhite) return false;
    i += length;
  }
  return true;
}

}  // namespace

uint64_t CountSentences(std::string_view line) {
  uint64_t ended = 0;
  size_t open = 0;  // behind the last end
  for (size_t i = NextMark(line, 0); i < line.size(); i = NextMark(line, i)) {
    uint32_t length;
    Kind kind = KindAt(line, i, &length);
    i += length;
    if (kind != kMark && kind != kIdeographicMark) continue;
    bool ideographic = kind == kIdeographicMark;
    bool closing = false;
    while (i < line.size()) {
      kind = KindAt(line, i, &length);
      closing |= kind == kCloser;
      const bool is_mark = kind == kMark || kind == kIdeographicMark;
      if (kind != kCloser && (closing || !is_mark)) break;
      ideographic |= kind == kIdeographicMark;
      i += length;
    }
    if (i < line.size() && kind != kWhite && !ideographic) continue;
    ++ended;
    open = i;
  }
  return ended + (ended == 0 || !IsBlank(line.substr(open)) ? 1 : 0);
}

}  // namespace owt::filter
