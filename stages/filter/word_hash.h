#pragma once

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

inline uint64_t LowBytes(size_t n) { return n >= 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * n) - 1; }

static_assert(std::endian::native == std::endian::little);  // LowBytes are those that stand first

inline constexpr size_t kShortWord = 16;

// Of the first `size` of 16 bytes, in two words. REQUIRES: size <= kShortWord.
inline uint64_t HashShortWord(uint64_t first, uint64_t second, size_t size) {
  const uint64_t low = first & LowBytes(size);
  const uint64_t high = second & LowBytes(size < 8 ? 0 : size - 8);
  return Mix(low, Mix(high, size));
}

// REQUIRES: kShortWord readable bytes.
inline uint64_t HashWord(const char* bytes, size_t size) {
  if (size > kShortWord) return XXH3_64bits(bytes, size);
  return HashShortWord(Load64(bytes), Load64(bytes + 8), size);
}

}  // namespace owt::filter
