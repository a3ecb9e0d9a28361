#pragma once

#include <string_view>

namespace owt::trainer {

// The last word of a text (what stands between white space), and all before it as it stands. Both
// empty where the text has no word.
struct LastWord {
  std::string_view before, word;
};

LastWord SplitLastWord(std::string_view text);

}  // namespace owt::trainer
