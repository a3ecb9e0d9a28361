#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace owt::langdetect {

// A run of letters and marks of one script, in lower case. One space stands before the first, one
// for each run of other characters, and four after the end, of which the last is a NUL.
struct ScriptSpan {
  char* text;       // in the caller's buffer
  int bytes;        // with the first space, without the four
  uint32_t script;  // a CLD2::ULScript
};

// Cuts a text into spans exactly as CLD2 does: a single letter of another script does not end one,
// a mark belongs to any script, and a span of some 40 KB ends at a word. Linear.
class ScriptSpans {
 public:
  static constexpr size_t kBufferBytes = 61440 + 64;  // 64: may be read, means nothing

  // `buffer` holds one span at a time. REQUIRES: valid UTF-8; kBufferBytes at `buffer`.
  ScriptSpans(std::string_view text, char* buffer);

  // False at the end.
  bool Next(ScriptSpan* span);

 private:
  bool SkipToLetter();
  bool CopyAsciiWords();
  void CopyLetters();
  bool GoesOn(const char* next) const;

  const char* at_;
  const char* end_;
  char* buffer_;
  char* out_ = nullptr;
  uint32_t script_ = 0;       // of the span
  uint32_t next_script_ = 0;  // of the letter at at_, after SkipToLetter
  size_t taken_ = 0;          // bytes of the span before letters were made small
  size_t soft_limit_ = 0;     // from so many taken bytes on a word is the last
};

}  // namespace owt::langdetect
