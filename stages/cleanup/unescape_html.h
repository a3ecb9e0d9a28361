#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace owt::cleanup {

// Decodes HTML character references as ftfy does: "&", an optional "#", 1 to 24 ASCII letters and
// digits, ";". Names are HTML5's and their upper-case forms (&NTILDE;); numbers follow HTML5, with
// 80..9F read as windows-1252 and code points that are no text removed. What is no reference, or
// lacks the semicolon, stays as it is, and so does &#59;, which stands for the semicolon itself.

// One pass from left to right: "&amp;lt;" becomes "&lt;". Returns false, and leaves `out` alone, if
// there was nothing to decode. Linear.
bool DecodeEntitiesOnce(std::string_view text, std::string* out);

// Appends a piece of text to `out` as all other steps leave it.
using AppendPiece = std::function<void(std::string_view piece, std::string* out)>;

// Decodes until nothing is left to decode: "&amp;amp;lt;" becomes "<". Equals DecodeEntitiesOnce
// repeated, with `append` done to each character of the text and to what each reference stands for.
// Linear, however deep the nesting.
std::string DecodeEntitiesFully(std::string_view text, const AppendPiece& append);

}  // namespace owt::cleanup
