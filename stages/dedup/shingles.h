#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace owt::dedup {

// What two texts are compared by: the set of their shingles, runs of `size` words or characters of
// the normalized text.
struct ShingleRule {
  enum class Unit { kWord, kChar };

  Unit unit = Unit::kWord;
  int size = 5;
};

// "word:5", "char:9"; sizes 1 to 64. Throws Error{kUsage} on anything else.
ShingleRule ParseShingleRule(std::string_view text);

// Normalized: the words of the text in lower case, one space between them. A word is a run of
// letters, numbers and spacing marks after canonical decomposition; accents (Mn) are left out, and
// everything else separates. In scripts that write no spaces (Han, Kana, Thai, Lao, Khmer,
// Myanmar) every letter is a word. Bytes that are no UTF-8 separate.
class Shingler {
 public:
  explicit Shingler(ShingleRule rule) : rule_(rule) {}

  // Hashes (XXH3, 64 bits) of the shingles, in order, with repetitions. A text shorter than one
  // shingle has one shingle, the whole of it: such texts are alike only when they are equal after
  // normalization. A text without any word has none, and is like no other.
  // The result lives until the next call. Not thread-safe; keeps its memory between calls.
  const std::vector<uint64_t>& Make(std::string_view text);

  // The normalized form, for tests and for eyes. Lives until the next call.
  std::string_view Normalize(std::string_view text);

 private:
  void AddCodePoint(char32_t code_point);
  void AddFolded(char32_t code_point);
  void EndWord();
  void ShingleWords();
  void ShingleChars();

  const ShingleRule rule_;
  std::string normalized_;
  std::vector<uint64_t> word_hashes_;
  std::vector<uint32_t> char_starts_;
  std::vector<uint64_t> shingles_;
  size_t word_start_ = 0;
};

}  // namespace owt::dedup
