#include "stages/filter/sentences.h"

#include <array>

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
  return text::IsWhitespace(c) ? kWhite : kPlain;
}

}  // namespace

uint64_t CountSentences(std::string_view line) {
  uint64_t ended = 0;
  bool open = false;  // there is text behind the last end
  for (size_t i = 0; i < line.size();) {
    uint32_t length;
    Kind kind = KindAt(line, i, &length);
    i += length;
    open |= kind != kWhite;
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
    open = false;
  }
  return ended + (open || ended == 0 ? 1 : 0);
}

}  // namespace owt::filter
