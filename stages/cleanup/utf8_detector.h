#pragma once

#include <cstddef>
#include <string_view>

namespace owt::cleanup {

// A piece of text that looks like UTF-8 decoded as one of the windows pages, by itself: ftfy
// 6.3.1's UTF8_DETECTOR_RE. Bytes [begin, end) of the text; begin == npos: there is none.
struct DetectedUtf8 {
  size_t begin = std::string_view::npos;
  size_t end = 0;
};

// The first such piece at or behind `from`, as long as can be. Linear. REQUIRES: valid UTF-8, and
// `from` at the start of a character.
DetectedUtf8 FindDetectedUtf8(std::string_view text, size_t from);

}  // namespace owt::cleanup
