#pragma once

#include <cstddef>
#include <string_view>

namespace owt::reference {

// Splits text into the pieces of GPT-2's pattern, character by character
//
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// with the classes of Unicode 16.0 (unicode_class.h). Every byte belongs to exactly one piece. A
// byte that is not part of valid UTF-8 counts as a character of its own that is neither letter,
// number nor space, so any bytes can be split and joined again.
//
// Returns the end of the piece that starts at `begin`; never reads before `begin`. Linear in the
// piece: a run of white space is read once more than it is long at most.
// REQUIRES: begin < text.size(), and a piece starts there (0 always qualifies).
size_t PieceEnd(std::string_view text, size_t begin);

}  // namespace owt::reference
