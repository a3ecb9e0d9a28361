#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace owt::langdetect {

// What CLD2's tables say about one character.
struct Letter {
  uint32_t lower = 0;  // its lower case (or itself) in UTF-8, the first byte in the lowest bits
  uint8_t lower_bytes = 0;  // 1 to 4
  uint8_t script = 0;       // a CLD2::ULScript; 0 for all that is neither letter nor mark
  uint8_t han = 0;          // place of its langs among those of single Chinese characters, 0: none
};

// The letters of 256 code points.
using LetterPage = std::array<Letter, 256>;

// Pages that were asked for; null: not yet.
extern std::array<std::atomic<const LetterPage*>, 0x1100> letter_pages;

// Fetches a page from the library and keeps it for the life of the process.
const LetterPage& FetchLetterPage(size_t number);

// Facts about a scalar value. Any thread may ask.
inline const Letter& LetterOf(char32_t code_point) {
  const size_t number = code_point / 256;
  const LetterPage* const page = letter_pages[number].load(std::memory_order_acquire);
  return (page != nullptr ? *page : FetchLetterPage(number))[code_point % 256];
}

// A character of valid UTF-8, read without looking for its end.
struct ValidChar {
  char32_t code_point;
  uint32_t bytes;
};

inline ValidChar ReadValid(const char* at) {
  const auto byte = [at](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(at[i])); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (lead < 0xF0) return {(lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  return {(lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F),
          4};
}

// The lower case of an ASCII letter, ' ' for other ASCII, 0 for bytes of longer characters.
inline constexpr std::array<char, 256> kAsciiLetters = [] {
  std::array<char, 256> letters = {};
  for (size_t c = 0; c < 0x80; ++c) letters[c] = ' ';
  for (size_t i = 0; i < 26; ++i) {
    letters['a' + i] = letters['A' + i] = static_cast<char>('a' + i);
  }
  return letters;
}();

}  // namespace owt::langdetect
