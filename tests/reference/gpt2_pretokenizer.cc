#include "tests/reference/gpt2_pretokenizer.h"

#include <array>
#include <cstdint>

#include "pipeline/utf8.h"
#include "stages/text/unicode_class.h"

// The pattern of OpenAI's encoder.py, as a function of the first one or two characters. The
// alternatives are tried in order there; here a piece is decided by its first character, except
// that one ASCII space may attach to the run that follows, and that white space leaves its last
// character to a following non-space.

namespace owt::reference {
namespace {

using owt::DecodeUtf8;
using owt::Utf8Char;
using text::ClassOf;
using text::UnicodeClass;

constexpr std::array<UnicodeClass, 128> MakeAsciiClasses() {
  std::array<UnicodeClass, 128> classes{};
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = UnicodeClass::kLetter;
  for (unsigned c = 'A'; c <= 'Z'; ++c) classes[c] = UnicodeClass::kLetter;
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = UnicodeClass::kNumber;
  for (unsigned c = '\t'; c <= '\r'; ++c) classes[c] = UnicodeClass::kSpace;
  classes[' '] = UnicodeClass::kSpace;
  return classes;
}

constexpr std::array<UnicodeClass, 128> kAsciiClasses = MakeAsciiClasses();

struct ClassedChar {
  UnicodeClass value;
  uint32_t length;
};

ClassedChar ClassAt(std::string_view text, size_t position) {
  const auto byte = static_cast<uint8_t>(text[position]);
  if (byte < 0x80) return {kAsciiClasses[byte], 1};
  const Utf8Char c = DecodeUtf8(text, position);
  return {c.valid ? ClassOf(c.code_point) : UnicodeClass::kOther, c.length};
}

// Length of 's 't 're 've 'm 'll 'd at `begin`, which holds an apostrophe, or 0.
size_t ContractionLength(std::string_view text, size_t begin) {
  const size_t left = text.size() - begin;
  if (left < 2) return 0;
  const char first = text[begin + 1];
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if (left < 3) return 0;
  const char second = text[begin + 2];
  if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
      (first == 'l' && second == 'l')) {
    return 3;
  }
  return 0;
}

size_t RunEnd(std::string_view text, size_t position, UnicodeClass value) {
  while (position < text.size()) {
    const ClassedChar c = ClassAt(text, position);
    if (c.value != value) break;
    position += c.length;
  }
  return position;
}

// A white space run of two or more leaves its last character to what follows; the run at the end
// of the text, or of one character, is a piece.
size_t SpaceEnd(std::string_view text, size_t begin) {
  size_t position = begin;
  size_t last = begin;
  while (position < text.size()) {
    const ClassedChar c = ClassAt(text, position);
    if (c.value != UnicodeClass::kSpace) return last == begin ? position : last;
    last = position;
    position += c.length;
  }
  return position;
}

}  // namespace

size_t PieceEnd(std::string_view text, size_t begin) {
  if (text[begin] == '\'') {
    const size_t contraction = ContractionLength(text, begin);
    if (contraction > 0) return begin + contraction;
  }
  const ClassedChar first = ClassAt(text, begin);
  if (first.value != UnicodeClass::kSpace) return RunEnd(text, begin + first.length, first.value);
  if (text[begin] == ' ' && begin + 1 < text.size()) {
    const ClassedChar next = ClassAt(text, begin + 1);
    if (next.value != UnicodeClass::kSpace) {
      return RunEnd(text, begin + 1 + next.length, next.value);
    }
  }
  return SpaceEnd(text, begin);
}

}  // namespace owt::reference
