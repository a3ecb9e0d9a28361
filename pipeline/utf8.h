#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace owt {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

// One step of reading UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
struct Utf8Char {
  char32_t code_point;  // kReplacementCharacter where the bytes are not valid
  uint32_t length;      // bytes to step over; never 0
  bool valid;           // false: `length` covers the maximal subpart of an ill-formed sequence
};

// Reads the character at text[position]. Never looks past the end of `text`.
// REQUIRES: position < text.size().
Utf8Char DecodeUtf8(std::string_view text, size_t position);

// Appends the UTF-8 form. REQUIRES: a scalar value (no surrogate, at most U+10FFFF).
void AppendUtf8(char32_t code_point, std::string* out);

// Offset of the first ill-formed byte, or npos. ASCII is skipped 8 bytes at a time.
size_t FindInvalidUtf8(std::string_view text);

inline bool IsUtf8(std::string_view text) {
  return FindInvalidUtf8(text) == std::string_view::npos;
}

// `text` with every maximal subpart of an ill-formed sequence replaced by one U+FFFD: the rule of
// the WHATWG and of Python's errors="replace".
std::string ReplaceInvalidUtf8(std::string_view text);

// The same with every byte of such a part replaced by one U+007F, so that no byte changes its
// place.
std::string MaskInvalidUtf8(std::string_view text);

// Number of code points. REQUIRES: valid UTF-8.
size_t CountCodePoints(std::string_view text);

}  // namespace owt
