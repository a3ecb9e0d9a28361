#pragma once

#include <string_view>

namespace owt::dedup {

// What two texts are compared by: the set of their shingles, runs of `size` units of the text.
struct ShingleRule {
  enum class Unit {
    kWord,   // of the normalized text (word_folder.h)
    kChar,   // of the normalized text, its words with one space between them
    kByte,   // of the text as it is
    kToken,  // GPT-2's ids of the text as it is
  };

  // How a text becomes words.
  enum class Words {
    kOwn,        // word_folder.h
    kDatatrove,  // datatrove_text.h
  };

  Unit unit = Unit::kWord;
  int size = 5;
  Words words = Words::kOwn;

  bool operator==(const ShingleRule&) const = default;
};

// "word:5", "char:9", "byte:5", "token:5"; sizes 1 to 64. Throws Error{kUsage} on anything else.
ShingleRule ParseShingleRule(std::string_view text);

}  // namespace owt::dedup
