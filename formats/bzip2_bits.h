#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "formats/bzip2_slicer.h"

namespace owt::formats {

// Reads the bits of a slice, the highest of each byte first, and zeros behind its end. It does not
// check for that end: callers ask past_end() at least once in every Bzip2Slice::kPadding - 16
// bytes.
class Bzip2Bits {
 public:
  explicit Bzip2Bits(const Bzip2Slice& slice)
      : begin_(slice.bytes.data()),
        next_(begin_),
        start_bit_(slice.start_bit),
        num_bits_(slice.num_bits) {
    Refill();
    Skip(start_bit_);
  }

  // Brings at least 56 bits into the window.
  void Refill() {
    uint64_t bytes;
    std::memcpy(&bytes, next_, sizeof bytes);
    if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
    window_ |= bytes >> count_;
    next_ += (63 - count_) >> 3;
    count_ |= 56;
  }

  // The next bits, from the highest on.
  uint64_t window() const { return window_; }

  // REQUIRES: so many bits are in the window.
  void Skip(unsigned count) {
    window_ <<= count;
    count_ -= count;
  }

  // REQUIRES: 0 < count <= 32.
  uint32_t Read(unsigned count) {
    Refill();
    const uint64_t value = window_ >> (64 - count);
    Skip(count);
    return static_cast<uint32_t>(value);
  }

  // Bits read since the start of the slice.
  uint64_t position() const {
    return static_cast<uint64_t>(next_ - begin_) * 8 - count_ - start_bit_;
  }

  bool past_end() const { return position() > num_bits_; }

  uint64_t num_bits() const { return num_bits_; }

 private:
  const char* begin_;
  const char* next_;  // the first byte that is not wholly in the window
  unsigned start_bit_;
  uint64_t num_bits_;
  uint64_t window_ = 0;
  unsigned count_ = 0;  // bits in the window
};

}  // namespace owt::formats
