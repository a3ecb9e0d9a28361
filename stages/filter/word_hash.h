#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace owt::filter {

inline uint64_t Load64(const char* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// The two halves of the product, folded: wyhash's step.
inline uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product =
      static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xD1B54A32D192ED03u);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline constexpr size_t kShortWord = 16;

static_assert(std::endian::native ==
              std::endian::little);  // the low bytes are those that stand first

// By the size of a short word: which bits of its first and of its second eight bytes are its own.
// No branch could guess how long the next word is.
struct ShortWordMasks {
  uint64_t first, second;
};

inline constexpr std::array<ShortWordMasks, kShortWord + 1> kShortWordMasks = [] {
  const auto low_bytes = [](size_t n) {
    return n >= 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * n) - 1;
  };
  std::array<ShortWordMasks, kShortWord + 1> masks{};
  for (size_t n = 0; n < masks.size(); ++n) {
    masks[n] = {low_bytes(n), n < 8 ? 0 : low_bytes(n - 8)};
  }
  return masks;
}();

// Of the first `size` of 16 bytes, in two words. REQUIRES: size <= kShortWord.
inline uint64_t HashShortWord(uint64_t first, uint64_t second, size_t size) {
  const ShortWordMasks& masks = kShortWordMasks[size];
  return Mix(first & masks.first, Mix(second & masks.second, size));
}

// REQUIRES: kShortWord readable bytes.
inline uint64_t HashWord(const char* bytes, size_t size) {
  if (size > kShortWord) return XXH3_64bits(bytes, size);
  return HashShortWord(Load64(bytes), Load64(bytes + 8), size);
}

}  // namespace owt::filter
