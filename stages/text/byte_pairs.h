#pragma once

#include <cstdint>

namespace owt::text {

// A set of pairs of bytes.
class BytePairs {
 public:
  void Add(uint8_t first, uint8_t second) {
    bits_[Index(first, second) / 64] |= uint64_t{1} << second % 64;
  }

  bool Has(uint8_t first, uint8_t second) const {
    return (bits_[Index(first, second) / 64] >> second % 64 & 1) != 0;
  }

 private:
  static unsigned Index(uint8_t first, uint8_t second) { return unsigned{first} << 8 | second; }

  uint64_t bits_[65536 / 64] = {};
};

}  // namespace owt::text
