#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace owt::filter {

struct ByteMasks;

// A run of characters that are no white space, as Python's str.split() finds it, or a part of one
// (PartWords).
struct Word {
  uint32_t begin, end;  // bytes of the text
  uint32_t chars;       // code points
  uint32_t traits;      // of WordTraits

  uint32_t bytes() const { return end - begin; }
};

enum WordTraits : uint32_t {
  kHasLetter = 1,     // a character for which Python's isalpha() is true
  kHasNonSymbol = 2,  // a character that is no symbol (character_sets.h)
};

struct Line {
  uint32_t begin, end;            // bytes of the text, without what ends the line
  uint32_t first_word, end_word;  // its words: [first_word, end_word)
  uint32_t chars;                 // code points

  bool blank() const { return first_word == end_word; }
};

// A text cut into words and lines: one pass, once for all rules. Views point into the text. Keeps
// its memory from text to text: one per thread. Takes 16 bytes a word and 40 a line.
class TextParts {
 public:
  // Cuts `text`, which must be valid UTF-8 of less than 4 GiB and outlive what is asked. About
  // 1 ns a byte.
  void Cut(std::string_view text);

  // The same without words(), sums over them and what is stripped: they are only counted, which
  // takes half of the time.
  void CutLines(std::string_view text);

  // Parts words at these bytes of the text, ascending, that do not cut a character. REQUIRES: Cut.
  void PartWords(std::span<const uint32_t> breaks);

  std::string_view text() const { return text_; }

  uint64_t num_chars() const { return num_chars_; }

  bool is_ascii() const { return num_chars_ == text_.size(); }

  uint64_t num_words() const { return num_words_; }

  std::span<const Word> words() const { return {words_.data(), keeps_words_ ? num_words_ : 0}; }

  // What text.split("\n") gives; one at least.
  std::span<const Line> lines() const { return lines_; }

  // What text.splitlines() gives: lines end with \n, \r, \r\n, \v, \f, U+001C..1E, U+0085, U+2028
  // and U+2029, and there is none behind the last end.
  std::span<const Line> split_lines() const { return split_lines_; }

  // Words with a character that is no symbol, and their code points.
  uint64_t num_non_symbol_words() const { return sums_.non_symbol_words; }

  uint64_t num_non_symbol_chars() const { return sums_.non_symbol_chars; }

  // Words with a letter.
  uint64_t num_letter_words() const { return sums_.letter_words; }

  // U+2026.
  uint64_t num_ellipses() const { return num_ellipses_; }

  std::string_view Of(const Word& word) const { return text_.substr(word.begin, word.bytes()); }

  std::string_view Of(const Line& line) const {
    return text_.substr(line.begin, line.end - line.begin);
  }

  // The same without white space at either end.
  std::string_view StrippedOf(const Line& line) const {
    if (line.blank()) return {};
    const uint32_t begin = words_[line.first_word].begin;
    return text_.substr(begin, words_[line.end_word - 1].end - begin);
  }

  // The text without white space at either end, as str.strip() leaves it.
  std::string_view Stripped() const;

  // Code points of a part of the text.
  uint64_t CharsOf(std::string_view part) const;

 private:
  // A line whose end is not known yet.
  struct OpenLine {
    size_t begin = 0;
    size_t first_word = 0;
    size_t first_char = 0;
  };

  // A word of which the beginning is known, in ASCII so far.
  struct OpenWord {
    bool is_open = false;
    size_t begin = 0;
    uint32_t traits = 0;
  };

  // Sums over words.
  struct WordSums {
    uint64_t non_symbol_words = 0;
    uint64_t non_symbol_chars = 0;
    uint64_t letter_words = 0;
  };

  void CutAll(std::string_view text);
  Word MeasuredWord(uint32_t begin, uint32_t end) const;
  void MakeRoom(size_t num_words);
  void AddWord(const Word& word);
  size_t AddWords(size_t begin, const ByteMasks& masks, uint64_t starts, uint64_t ends,
                  const OpenWord& open);
  void CutBlock(size_t begin, const ByteMasks& masks, OpenWord* open);
  size_t CutSlowly(size_t begin, size_t end);
  size_t ReadWord(size_t begin);
  size_t ReadWhite(size_t at);
  void EndLine(size_t end, size_t next, OpenLine* line, std::vector<Line>* lines);

  std::string_view text_;
  bool keeps_words_ = true;
  std::vector<Word> parted_words_;  // scratch
  std::vector<Word> words_;  // num_words_, then memory for more; not where they are only counted
  size_t num_words_ = 0;
  std::vector<Line> lines_, split_lines_;
  OpenLine line_, split_line_;
  size_t continued_ = 0;  // bytes so far that continue a character
  uint64_t num_chars_ = 0;
  WordSums sums_;
  uint64_t num_ellipses_ = 0;
};

}  // namespace owt::filter
