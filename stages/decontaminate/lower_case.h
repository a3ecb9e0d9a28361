#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace owt::decontaminate {

// Python's str.lower(), which decides what is the same word.

inline constexpr char32_t kDottedI = 0x130;  // the one character that is two in lower case

// One character in lower case, by ICU's simple mapping; that of U+0130 is i, whose dot (U+0307) is
// no part of a word. Not for U+03A3, which depends on what is beside it.
char32_t LowerOf(char32_t code_point);

// The small form of the capital sigma at byte `at` of `text`, of which the bytes before `from` do
// not count: U+03C2 at the end of a word (Unicode's Final_Sigma), else U+03C3.
char32_t LowerSigma(std::string_view text, size_t from, size_t at);

// Appends bytes [begin, end) of `text` in lower case, where the text begins at `from`. REQUIRES:
// the bytes are a word, as WordReader cuts it.
void AppendLowerWord(std::string_view text, size_t from, size_t begin, size_t end,
                     std::string* out);

}  // namespace owt::decontaminate
