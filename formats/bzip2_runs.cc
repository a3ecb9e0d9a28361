#include "formats/bzip2_runs.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

// Runs of four are rare in text: eight bytes are compared with their neighbours at once, and only
// where two are equal do we look closer. The checksum takes eight bytes per step from eight tables
// (M. Kounavis, F. Berry, "A systematic approach to building high performance software-based CRC
// generators", 2005).

namespace owt::formats {
namespace {

constexpr size_t kSlices = 8;
constexpr uint32_t kPolynomial = 0x04C11DB7;

using CrcTables = std::array<std::array<uint32_t, 256>, kSlices>;

consteval CrcTables MakeCrcTables() {
  CrcTables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte << 24;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ (crc >> 31 != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t slice = 1; slice < kSlices; ++slice) {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      const uint32_t crc = tables[slice - 1][byte];
      tables[slice][byte] = crc << 8 ^ tables[0][crc >> 24];
    }
  }
  return tables;
}

constexpr CrcTables kCrcTables = MakeCrcTables();

uint64_t Load64(const char* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// Whether the four bytes at `bytes` are equal.
bool IsRun(const char* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value == static_cast<unsigned char>(*bytes) * 0x01010101U;
}

bool HasZeroByte(uint64_t value) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  return ((value - kOnes) & ~value & kOnes << 7) != 0;
}

// The end of the first four equal bytes in [begin, end), or null where there are none.
const char* FindRunEnd(const char* begin, const char* end) {
  const char* at = begin;
  for (; end - at >= 12; at += 8) {
    if (!HasZeroByte(Load64(at) ^ Load64(at + 1))) continue;
    for (int i = 0; i < 8; ++i) {
      if (IsRun(at + i)) return at + i + 4;
    }
  }
  for (; end - at >= 4; ++at) {
    if (IsRun(at)) return at + 4;
  }
  return nullptr;
}

}  // namespace

uint32_t UpdateBzip2Crc(uint32_t crc, std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  const auto& t = kCrcTables;
  for (; end - at >= 8; at += 8) {
    uint64_t value = Load64(at);
    if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
    value ^= uint64_t{crc} << 32;
    crc = t[7][value >> 56] ^ t[6][value >> 48 & 255] ^ t[5][value >> 40 & 255] ^
          t[4][value >> 32 & 255] ^ t[3][value >> 24 & 255] ^ t[2][value >> 16 & 255] ^
          t[1][value >> 8 & 255] ^ t[0][value & 255];
  }
  for (; at < end; ++at) crc = crc << 8 ^ t[0][crc >> 24 ^ static_cast<unsigned char>(*at)];
  return crc;
}

size_t Bzip2Runs::Read(char* out, size_t size) {
  size_t done = 0;
  while (done < size) {
    if (repeats_ > 0) {
      const size_t step = std::min<size_t>(repeats_, size - done);
      // The number stands between the run and next_.
      std::memset(out + done, next_[-2], step);
      repeats_ -= static_cast<unsigned>(step);
      done += step;
    } else if (next_ < literal_end_) {
      const size_t step = std::min(static_cast<size_t>(literal_end_ - next_), size - done);
      std::memcpy(out + done, next_, step);
      next_ += step;
      done += step;
    } else if (!NextPiece()) {
      break;
    }
  }
  crc_ = UpdateBzip2Crc(crc_, {out, done});
  return done;
}

// Sets the next repeats or literal bytes. False at the end of the block.
bool Bzip2Runs::NextPiece() {
  if (next_ == end_) {
    is_broken_ = ends_in_run_;
    return false;
  }
  if (ends_in_run_) {
    repeats_ = static_cast<unsigned char>(*next_++);
    literal_end_ = next_;
    ends_in_run_ = false;
    return true;
  }
  const char* const run_end = FindRunEnd(next_, end_);
  ends_in_run_ = run_end != nullptr;
  literal_end_ = ends_in_run_ ? run_end : end_;
  return true;
}

}  // namespace owt::formats
