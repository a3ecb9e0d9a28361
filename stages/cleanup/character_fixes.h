#pragma once

#include <string>
#include <string_view>

namespace owt::cleanup {

// ftfy 6.3.1's fixes of single characters (ftfy/fixes.py). All take valid UTF-8, return false and
// leave `out` alone if there is nothing to change, and are linear.

// Letters that are two or three in one: U+0132, 0133, 0149, 01C4..01CC, 01F1..01F3, FB00..FB06.
bool FixLatinLigatures(std::string_view text, std::string* out);

// The ideographic space and the full- and halfwidth forms U+FF01..FFEF become the characters that
// they are forms of.
bool FixCharacterWidth(std::string_view text, std::string* out);

// U+201C..201F become a straight double quote, U+02BC and 2018..201B a straight single one.
bool UncurlQuotes(std::string_view text, std::string* out);

// "\r\n", then "\r", U+2028, U+2029 and U+0085 become "\n".
bool FixLineBreaks(std::string_view text, std::string* out);

inline constexpr char kEscape = 0x1B;

// Removes ESC, "[", decimal digits of any script and semicolons, and the ASCII letter behind them.
bool RemoveTerminalEscapes(std::string_view text, std::string* out);

// Removes U+0000..0008, 000B, 000E..001F, 007F, 206A..206F, FEFF and FFF9..FFFC: controls that text
// has no use for. Tab, line feed, form feed and carriage return stay, as do the C1 controls and the
// marks that direct and join.
bool RemoveControlChars(std::string_view text, std::string* out);

// True for a character that RemoveControlChars removes.
bool IsRemovedControl(char32_t code_point);

}  // namespace owt::cleanup
