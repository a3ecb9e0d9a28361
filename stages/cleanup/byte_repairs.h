#pragma once

#include <string>
#include <string_view>

namespace owt::cleanup {

// Repairs of bytes that were UTF-8 once, on the way from a wrong decoding to the right one. The
// patterns are ftfy 6.3.1's (ftfy/chardata.py, ftfy/fixes.py). All are linear.

// Where a byte A0 became a space: "C3 20" that stands for the word "a" with a grave accent gets its
// A0 before the space ("voil C3 20 le"), and in all other sequences that a 20 for an A0 keeps from
// being UTF-8 the 20 becomes A0. Returns false, and leaves `out` alone, if nothing changes.
bool RestoreByteA0(std::string_view bytes, std::string* out);

// Sequences that lost a byte to 1A or 3F ("?"), and each other 1A, become EF BF BD, which is
// U+FFFD. Returns false, and leaves `out` alone, if nothing changes.
bool ReplaceLossySequences(std::string_view bytes, std::string* out);

// Decodes "utf-8-variants" to UTF-8: UTF-8 with C0 80 for U+0000 (Java) and with pairs of encoded
// surrogates (CESU-8). Returns false, with `out` unspecified, if `bytes` is not that. With
// `final_line_feed` a line feed at the very end counts, as in ftfy, as the last byte of such a
// sequence, and is lost.
bool DecodeUtf8Variants(std::string_view bytes, bool final_line_feed, std::string* out);

}  // namespace owt::cleanup
