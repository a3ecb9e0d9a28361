#pragma once

#include <string>
#include <string_view>

namespace owt::cleanup {

// Which steps run. Names and defaults are those of ftfy's TextFixerConfig.
struct CleanOptions {
  // Decode HTML character references, in a text up to (not including) its first line with a "<":
  // where there are tags, references are markup and not damage.
  bool unescape_html = true;
  bool fix_line_breaks = true;
  bool remove_control_chars = true;
  bool normalize_nfc = true;
};

// Cleans `text` line by line (a line ends behind "\n"): the steps run in the order above, again and
// again until a round changes nothing. Equals ftfy 6.3.1's fix_text with the same steps, but for
// lines of more than a million characters, which ftfy cuts blindly, and for references nested more
// than 16 deep, where what remains is decoded at once so that the time stays linear.
//
// Returns false, and leaves `out` alone, if nothing changes. Text of printable ASCII, tabs and line
// feeds without "&" is recognized at memory speed. REQUIRES: valid UTF-8, less than 2 GiB.
bool CleanText(std::string_view text, const CleanOptions& options, std::string* out);

}  // namespace owt::cleanup
