#pragma once

#include <string>
#include <string_view>

#include "stages/cleanup/code_pages.h"

namespace owt::cleanup {

// The stretches of a text that one page turns into UTF-8 (mixed_encodings.h says what one is), from
// left to right. The text stays where it is. All stretches together take O(text).
class EncodedStretches {
 public:
  EncodedStretches() = default;

  // REQUIRES: valid UTF-8.
  EncodedStretches(CodePage page, std::string_view text)
      : page_(page), at_(text.data()), text_end_(at_ + text.size()) {
    Next();
  }

  bool done() const { return begin_ == nullptr; }

  // The stretch at hand. REQUIRES: not done.
  const char* begin() const { return begin_; }

  const char* end() const { return end_; }

  CodePage page() const { return page_; }

  // The highest character of what it decodes to.
  char32_t Highest();

  // What it was.
  void AppendDecoded(std::string* out) const;

  // Goes to the next one.
  void Next();

  // Leaves what lies before `from`, a character of the text, to others.
  void SkipTo(const char* from);

 private:
  // Behind the characters from `at` on that are one sequence of bytes, of *character where that is
  // not null; nullptr: they are none.
  const char* SequenceEnd(const char* at, char32_t* character = nullptr) const;

  void Extend(const char* at);

  CodePage page_ = CodePage::kLatin1;
  const char* at_ = nullptr;
  const char* text_end_ = nullptr;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  char32_t highest_ = 0;  // 0: not known yet
};

}  // namespace owt::cleanup
