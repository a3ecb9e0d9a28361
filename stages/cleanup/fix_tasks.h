#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stages/cleanup/clean_text.h"

namespace owt::cleanup {

// The tasks of Megatron-LM's cleanup_fix_dataset.py, all but remove_512_non_english, which needs
// the language of a text.
struct FixTasks {
  bool remove_512 = false;             // drop texts of fewer than 512 characters
  bool remove_256_javascript = false;  // drop those of fewer than 256 that speak of JavaScript
  bool ftfy_fix_text = false;          // repair the text
  bool general_cleaning = false;       // CleanSpaces

  bool any() const {
    return remove_512 || remove_256_javascript || ftfy_fix_text || general_cleaning;
  }
};

// Reads names of tasks; throws Error{kUsage} for one that is none.
FixTasks ParseFixTasks(const std::vector<std::string>& names);

// Does what the script does: of the tasks, in the order above, the first that applies, and no
// other. Returns the reason to drop the text, or an empty one; *text is changed in place.
std::string_view RunFixTasks(const FixTasks& tasks, const TextCleaner& cleaner, std::string* text);

// Two spaces and more become one, and so do line feeds behind a letter, digit or "_" with the space
// that follows them: re.sub(r"  +|\b\n+ |\b\n+", " ", text). REQUIRES: valid UTF-8.
std::string CleanSpaces(std::string_view text);

}  // namespace owt::cleanup
