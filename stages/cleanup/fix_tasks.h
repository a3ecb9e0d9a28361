#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stages/cleanup/clean_text.h"

namespace owt::cleanup {

// The tasks of Megatron-LM's cleanup_fix_dataset.py.
struct FixTasks {
  bool remove_512 = false;              // drop texts of fewer than 512 characters
  bool remove_256_javascript = false;   // drop those of fewer than 256 that speak of JavaScript
  bool remove_512_non_english = false;  // drop those of fewer than 512 that are not English
  bool ftfy_fix_text = false;           // repair the text
  bool general_cleaning = false;        // CleanSpaces

  bool any() const {
    return remove_512 || remove_256_javascript || remove_512_non_english || ftfy_fix_text ||
           general_cleaning;
  }
};

// Reads names of tasks; throws Error{kUsage} for one that is none.
FixTasks ParseFixTasks(const std::vector<std::string>& names);

// Does what the script does: of the tasks, in the order above, the first that applies, and no
// other. Returns the reason to drop the text, or an empty one; *text is changed in place.
// `language` is the JSON of the record's field of that name, as owt langdetect writes it: "en" and
// "eng_Latn" are English. Throws Error{kInput} if remove_512_non_english needs it and there is
// none.
std::string_view RunFixTasks(const FixTasks& tasks, const TextCleaner& cleaner,
                             std::optional<std::string_view> language, std::string* text);

// Two spaces and more become one, and so do line feeds behind a letter, digit or "_" with the space
// that follows them: re.sub(r"  +|\b\n+ |\b\n+", " ", text). REQUIRES: valid UTF-8.
std::string CleanSpaces(std::string_view text);

}  // namespace owt::cleanup
