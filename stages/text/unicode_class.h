#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace owt::text {

// The four classes that GPT-2's pre-tokenizer tells apart: \p{L}, \p{N}, \s and the rest (marks,
// punctuation, symbols, controls, unassigned).
enum class UnicodeClass : uint8_t { kOther = 0, kLetter = 1, kNumber = 2, kSpace = 3 };

// Two bits a code point, the lowest first.
inline constexpr size_t kNumCodePoints = 0x110000;
using UnicodeClassTable = std::array<uint8_t, kNumCodePoints / 4>;
extern const UnicodeClassTable kUnicodeClasses;

// Class of a code point in Unicode 16.0, whatever ICU is installed: the classes fix token ids.
// Anything above U+10FFFF is kOther. One load and a shift from a table of 272 KiB, of which a
// script touches a few lines.
inline UnicodeClass ClassOf(char32_t code_point) {
  if (code_point >= kNumCodePoints) return UnicodeClass::kOther;
  return static_cast<UnicodeClass>((kUnicodeClasses[code_point / 4] >> (code_point % 4 * 2)) & 3);
}

}  // namespace owt::text
