#pragma once

#include <array>
#include <cstdint>

namespace owt::cleanup {

// Whether a text looks like mojibake: ftfy 6.3.1's heuristic (ftfy/badness.py), in which any of 37
// short runs of characters that people hardly write, but that wrong decoding makes, is enough.
// Each rule is a run of character sets of fixed length, so all of them together are one automaton
// that a word of bits holds: Shift-And (Baeza-Yates and Gonnet, 1992), a bit for each place of each
// rule.

using RuleBits = unsigned __int128;

// The characters that no rule tells apart have one class.
using BadnessClass = uint8_t;

struct BadnessRules {
  std::array<RuleBits, 256> fits;  // by class: the places where such a character may stand
  RuleBits first_places = 0;
  RuleBits last_places = 0;
  RuleBits text_start = 0;  // what has been matched before the first character
  std::array<BadnessClass, 0x10000> classes;
  BadnessClass letter_class, space_class, other_class;  // of all characters that no rule names

  BadnessClass ClassOf(char32_t c) const;

  static const BadnessRules& Get();
};

// Reads a text character by character.
class BadnessScan {
 public:
  explicit BadnessScan(const BadnessRules& rules) : rules_(rules), places_(rules.text_start) {}

  void Read(BadnessClass character) {
    places_ = ((places_ << 1) | rules_.first_places) & rules_.fits[character];
    seen_ |= places_;
  }

  // Skips any number of ASCII characters, but for the two at each end of such a run: no rule reaches
  // further into it.
  void SkipAscii() { places_ = 0; }

  bool is_bad() const { return (seen_ & rules_.last_places) != 0; }

 private:
  const BadnessRules& rules_;
  RuleBits places_;
  RuleBits seen_ = 0;
};

}  // namespace owt::cleanup
