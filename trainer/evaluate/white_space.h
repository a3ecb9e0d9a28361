#pragma once

#include <cstddef>
#include <string_view>

namespace owt::trainer {

// What Python's str calls white space (str.split, str.strip, \s of re), by which the tasks of
// Megatron-LM are defined. Texts must be valid UTF-8.

// Bytes of the white space character that begins at `at`, or 0.
size_t SpaceBytes(std::string_view text, size_t at);

// Without white space at both ends.
std::string_view StripSpace(std::string_view text);

// The last word of a text (what stands between white space), and all before it as it stands. Both
// empty where the text has no word.
struct LastWord {
  std::string_view before, word;
};

LastWord SplitLastWord(std::string_view text);

}  // namespace owt::trainer
