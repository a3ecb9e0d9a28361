#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace owt::text {

// Decodes the character reference at the start of `input`, which begins with '&', as the HTML
// standard does (section 13.2.5.72 ff.): named references, longest match first, the old ones also
// without their semicolon; numbers, with 0x80-0x9F read as windows-1252 and what is no scalar
// value as U+FFFD. Appends UTF-8 to `out` and returns the bytes consumed; 0, with nothing appended,
// where there is no reference. In an attribute an old name that runs on (`&copy=`) is none.
// Looks at no more than the first 40 bytes, or at the digits of a number.
size_t DecodeCharacterReference(std::string_view input, bool in_attribute, std::string* out);

// Appends `input` to `out` with every reference decoded and NUL bytes left out. O(input).
void AppendDecoded(std::string_view input, bool in_attribute, std::string* out);

// Appends `input` to `out` without its NUL bytes.
void AppendWithoutNul(std::string_view input, std::string* out);

}  // namespace owt::text
