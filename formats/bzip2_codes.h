#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace owt::formats {

// The prefix codes of a bzip2 block: at most 258 symbols and 20 bits, canonical: codes of one
// length are consecutive numbers in the order of their symbols, and follow those of all shorter
// ones.
class Bzip2Codes {
 public:
  static constexpr unsigned kMaxLength = 20;
  static constexpr unsigned kMaxSymbols = 258;
  static constexpr uint32_t kNoSymbol = 511;

  // lengths[s] is the length of symbol s. False where these are more codes than there are numbers.
  // REQUIRES: every length is in 1..kMaxLength.
  bool Set(std::span<const uint8_t> lengths);

  // The code that `window` starts with, as symbol << 5 | length; kNoSymbol << 5 where none fits.
  uint32_t Find(uint64_t window) const {
    const uint32_t entry = lookup_[window >> (64 - kLookupBits)];
    return entry != 0 ? entry : FindLong(window);
  }

 private:
  static constexpr unsigned kLookupBits = 10;

  uint32_t FindLong(uint64_t window) const;

  std::array<uint16_t, 1 << kLookupBits> lookup_;  // what Find returns; 0 where a code is longer
  std::array<uint32_t, kMaxLength + 1> limit_;     // by length: the first longer code, in 20 bits
  std::array<uint32_t, kMaxLength + 1> first_;     // by length: the first code minus its rank
  std::array<uint16_t, kMaxSymbols> symbols_;      // by rank
};

}  // namespace owt::formats
