#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

// CLD2's hashes of grams, which are what its tables have for keys. All read up to three bytes
// behind the gram, which do not count.

namespace owt::langdetect {

inline constexpr uint32_t kSpaceBefore = 0x00004444;
inline constexpr uint32_t kSpaceBehind = 0x44440000;

inline uint32_t Load32(const char* at) {
  uint32_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

inline uint64_t Load64(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

inline constexpr uint64_t kEveryByte = 0x0101010101010101;

// The high bit of the first space in `word`, and perhaps further bits above it.
inline uint64_t Spaces(uint64_t word) {
  const uint64_t zero = word ^ (kEveryByte * ' ');
  return (zero - kEveryByte) & ~zero & (kEveryByte << 7);
}

// Bytes of the character that begins with a byte; 0 for a space, which ends every gram.
inline constexpr std::array<uint8_t, 256> kLetterBytes = [] {
  std::array<uint8_t, 256> bytes = {};
  for (size_t i = ' ' + 1; i < 256; ++i) {
    bytes[i] = i < 0xC0 ? 1 : i < 0xE0 ? 2 : i < 0xF0 ? 3 : 4;
  }
  return bytes;
}();

inline size_t LetterBytes(const char* at) { return kLetterBytes[static_cast<uint8_t>(*at)]; }

// The last 1 to 4 bytes of a gram of `bytes` bytes.
inline uint32_t LoadLast(const char* at, size_t bytes) {
  constexpr std::array<uint32_t, 4> kMasks = {0xFFFFFFFF, 0xFF, 0xFFFF, 0xFFFFFF};
  return Load32(at) & kMasks[bytes % 4];
}

// What the characters around a gram add to its hash.
inline uint32_t SpacesAround(const char* at, size_t bytes) {
  return (at[-1] == ' ' ? kSpaceBefore : 0) | (at[bytes] == ' ' ? kSpaceBehind : 0);
}

// Up to four letters in up to 12 bytes (CLD2 takes no more); none: 0.
inline uint32_t QuadHash(const char* at, size_t bytes) {
  if (bytes == 0) return 0;
  const uint32_t around = SpacesAround(at, bytes);
  const uint32_t first = bytes <= 4 ? LoadLast(at, bytes) : Load32(at);
  const uint32_t start = (first ^ (first >> 3)) ^ around;
  if (bytes <= 4) return start;
  const uint32_t second = bytes <= 8 ? LoadLast(at + 4, bytes) : Load32(at + 4);
  const uint32_t middle = start + (second ^ (second << 4));
  if (bytes <= 8) return middle;
  const uint32_t third = LoadLast(at + 8, bytes);
  return middle + (third ^ (third << 2));
}

// Two Chinese characters, 6 to 8 bytes.
inline uint32_t HanPairHash(const char* at, size_t bytes) {
  const uint32_t first = Load32(at);
  const uint32_t second = LoadLast(at + 4, bytes);
  return (first ^ (first >> 3)) + (second ^ (second << 18));
}

// A word of up to eight letters; none: 0. Only 24 bytes count.
inline uint64_t WordHash(const char* at, size_t bytes) {
  if (bytes == 0) return 0;
  constexpr std::array<int, 6> kShifts = {3, -4, -2, 8, 4, 6};  // to the right; negative: left
  const size_t last = std::min((bytes - 1) / 4, kShifts.size() - 1);
  uint64_t hash = 0;
  uint64_t sum = 0;
  for (size_t i = 0; i <= last; ++i) {
    const uint64_t word = i == last ? LoadLast(at + 4 * i, bytes) : Load32(at + 4 * i);
    const int shift = kShifts[i];
    sum += word;
    hash += word ^ (shift > 0 ? word >> shift : word << -shift);
  }
  sum += sum >> 17;
  sum += sum >> 9;
  return (hash ^ SpacesAround(at, bytes)) + ((sum & 0xFF) << 32);
}

// The same of the first 1 to 8 bytes of `letters`; `around` is what the characters around them add.
inline uint64_t ShortWordHash(uint64_t letters, size_t bytes, uint32_t around) {
  if (bytes == 0) return 0;
  const uint64_t word = letters & (~uint64_t{0} >> (64 - 8 * bytes));
  const uint64_t first = static_cast<uint32_t>(word);
  const uint64_t second = word >> 32;
  const uint64_t hash = (first ^ (first >> 3)) + (second ^ (second << 4));
  uint64_t sum = first + second;
  sum += sum >> 17;
  sum += sum >> 9;
  return (hash ^ around) + ((sum & 0xFF) << 32);
}

// Two words that follow each other.
inline uint64_t WordPairHash(uint64_t first, uint64_t second) {
  return (first >> 13 | first << 51) + second;
}

}  // namespace owt::langdetect
