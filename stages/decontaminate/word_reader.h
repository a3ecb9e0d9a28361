#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace owt::decontaminate {

struct WordMasks;

// A word of a text: bytes [begin, end) of it, and a hash of its lower case.
struct Word {
  uint64_t hash;
  uint32_t begin, end;
};

// Cuts texts into words, a few at a time: runs of letters, numbers and _ (Unicode 16.0, classes L
// and N), which is what Python's \w+ finds in text.lower(). ASCII takes 1 to 2 ns a byte, other
// text some 15. Memory: the longest word with a character beyond ASCII. Not thread-safe.
class WordReader {
 public:
  // Begins with the character at byte `from`; what is before it does not count. `text` must be
  // valid UTF-8 of less than 4 GiB and outlive what is read.
  void Start(std::string_view text, size_t from = 0);

  // Writes the next words, `room` at most; fewer only at the end of the text. REQUIRES: room > 0.
  size_t Read(Word* words, size_t room);

 private:
  size_t ReadBlock(const WordMasks& masks, Word* words, size_t room);
  size_t ReadSlowly(Word* words, size_t room);
  Word MakeWord(size_t begin, size_t end, bool is_ascii);
  uint64_t HashOf(size_t begin, size_t end) const;

  std::string_view text_;
  size_t from_ = 0;
  size_t at_ = 0;  // all words that end before it were read; it is not inside of one
  std::string lower_;
};

}  // namespace owt::decontaminate
