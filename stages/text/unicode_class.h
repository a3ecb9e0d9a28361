#pragma once

#include <cstdint>

namespace owt::text {

// The four classes that GPT-2's pre-tokenizer tells apart: \p{L}, \p{N}, \s and the rest (marks,
// punctuation, symbols, controls, unassigned).
enum class UnicodeClass : uint8_t { kOther = 0, kLetter = 1, kNumber = 2, kSpace = 3 };

// Class of a code point in Unicode 16.0, whatever ICU is installed: the classes fix token ids.
// Anything above U+10FFFF is kOther. One load and a shift from a table of 272 KiB, of which a
// script touches a few lines.
UnicodeClass ClassOf(char32_t code_point);

}  // namespace owt::text
