#pragma once

#include <string>
#include <string_view>

namespace owt::cleanup {

// Both take valid UTF-8, return false and leave `out` alone if there is nothing to change, and are
// linear. The sets are ftfy's.

// "\r\n", then "\r", U+2028, U+2029 and U+0085 become "\n".
bool FixLineBreaks(std::string_view text, std::string* out);

// Removes U+0000..0008, 000B, 000E..001F, 007F, 206A..206F, FEFF and FFF9..FFFC: controls that text
// has no use for. Tab, line feed, form feed and carriage return stay, as do the C1 controls and the
// marks that direct and join.
bool RemoveControlChars(std::string_view text, std::string* out);

// True for a character that RemoveControlChars removes.
bool IsRemovedControl(char32_t code_point);

}  // namespace owt::cleanup
