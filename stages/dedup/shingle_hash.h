#pragma once

// Our hashes of words and of their runs. Forced inline, as files compiled for instructions that the
// processor may not have use them too: the linker must not find two versions to choose from.
//
// A word is hashed by one multiplication of 64 by 64 bits for each 16 bytes, both halves of the
// product folded together. A run of n words is the polynomial of their hashes modulo 2^64, which
// rolls: two multiplications a word whatever n is, and no text is joined. A last multiplication
// mixes it, because a polynomial's low bits depend on low bits alone.
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace owt::dedup {

inline constexpr uint64_t kHashA = 0x243F6A8885A308D3u;  // digits of pi
inline constexpr uint64_t kHashB = 0x13198A2E03707344u;
inline constexpr uint64_t kHashC = 0xA4093822299F31D0u;
inline constexpr uint64_t kHashD = 0x082EFA98EC4E6C89u;
// Odd, and 3 modulo 4: two words that change places are told apart by all bits but one.
inline constexpr uint64_t kRunBase = 0xD6E8FEB86659FD93u;

// of_size[n]: which bits of 16 bytes belong to the first n.
struct KeptBits {
  uint64_t of_size[17][2];
};

inline constexpr KeptBits kKeptBits = [] {
  KeptBits kept{};
  for (unsigned n = 0; n <= 16; ++n) {
    kept.of_size[n][0] = n >= 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * n) - 1;
    kept.of_size[n][1] = n == 16 ? ~uint64_t{0} : n <= 8 ? 0 : (uint64_t{1} << 8 * (n - 8)) - 1;
  }
  return kept;
}();

[[gnu::always_inline]] inline uint64_t MultiplyFold(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

[[gnu::always_inline]] inline uint64_t LoadWord(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// Of bytes [at, at + size). REQUIRES: 16 readable bytes, also where they are fewer.
[[gnu::always_inline]] inline uint64_t HashBytes(const char* at, size_t size) {
  if (__builtin_expect(size <= 16, 1)) {
    const uint64_t low = LoadWord(at) & kKeptBits.of_size[size][0];
    const uint64_t high = LoadWord(at + 8) & kKeptBits.of_size[size][1];
    return MultiplyFold(low ^ kHashA, high ^ (kHashB + size));
  }
  uint64_t hash = kHashC ^ size;
  for (size_t i = 0; i + 16 < size; i += 16) {
    hash = MultiplyFold(LoadWord(at + i) ^ kHashA, LoadWord(at + i + 8) ^ hash);
  }
  return MultiplyFold(LoadWord(at + size - 16) ^ kHashD, LoadWord(at + size - 8) ^ hash);
}

[[gnu::always_inline]] inline uint64_t HashToken(uint32_t id) {
  return MultiplyFold(id ^ kHashA, kHashD);
}

// The shingle's hash, of the polynomial of `size` words.
[[gnu::always_inline]] inline uint64_t HashRun(uint64_t polynomial, size_t size) {
  return MultiplyFold(polynomial ^ kHashC, kHashD + size);
}

}  // namespace owt::dedup
