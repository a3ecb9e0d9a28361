#include "trainer/evaluate/last_word.h"

#include "pipeline/white_space.h"

namespace owt::trainer {

LastWord SplitLastWord(std::string_view text) {
  text = StripWhiteSpaceAtEnd(text);
  size_t begin = text.size();
  while (begin > 0 && StripWhiteSpaceAtEnd(text.substr(0, begin)).size() == begin) --begin;
  return {text.substr(0, begin), text.substr(begin)};
}

}  // namespace owt::trainer
