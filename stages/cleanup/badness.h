#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stages/cleanup/plain_text.h"
#include "stages/cleanup/utf8_reader.h"

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

  BadnessClass ClassOf(char32_t c) const {
    return c < classes.size() ? classes[c] : ClassOfSupplementary(c);
  }

  BadnessClass ClassOfSupplementary(char32_t c) const;

  static const BadnessRules& Get();
};

// Reads a text character by character; ReadText below reads all of one.
class BadnessScan {
 public:
  explicit BadnessScan(const BadnessRules& rules) : rules_(rules), places_(rules.text_start) {}

  void Read(BadnessClass character) {
    places_ = ((places_ << 1) | rules_.first_places) & rules_.fits[character];
    seen_ |= places_;
  }

  // Skips any number of ASCII characters, but for the two at each end of such a run: no rule
  // reaches further into it.
  void SkipAscii() { places_ = 0; }

  bool is_bad() const { return (seen_ & rules_.last_places) != 0; }

  // Whether a rule ends at the character that was read last.
  bool ends_rule() const { return (places_ & rules_.last_places) != 0; }

 private:
  const BadnessRules& rules_;
  RuleBits places_;
  RuleBits seen_ = 0;
};

// Reads the text through, at memory speed over plain ASCII. `entry_of(c)` has the class of
// character c in its low byte; returns all entries, the one or'ed to the other, but for those of
// characters inside plain ASCII. With `only_until_bad` it may end where that is known. REQUIRES:
// valid UTF-8.
template <bool only_until_bad, class EntryOf>
uint32_t ReadText(std::string_view text, EntryOf entry_of, BadnessScan* scan) {
  constexpr ptrdiff_t kReach = 2;  // of a rule into a run of ASCII
  uint32_t seen = 0;
  const auto read = [&](uint32_t entry) {
    seen |= entry;
    scan->Read(static_cast<BadnessClass>(entry));
  };
  const char* at = text.data();
  for (const char* const end = at + text.size(); at < end;) {
    const char* const special = FindSpecial(at, end);
    if (special - at > 2 * kReach) {
      for (ptrdiff_t i = 0; i < kReach; ++i) read(entry_of(static_cast<uint8_t>(at[i])));
      scan->SkipAscii();
      at = special - kReach;
    }
    while (at < special) read(entry_of(static_cast<uint8_t>(*at++)));
    while (at < end && !IsPlain(*at)) read(entry_of(ReadUtf8(&at)));
    if (only_until_bad && scan->is_bad()) break;
  }
  return seen;
}

}  // namespace owt::cleanup
