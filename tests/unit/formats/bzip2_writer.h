#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace owt::formats {

// Writes bzip2 blocks symbol by symbol, also such as no compressor would: for tests of what a
// decoder must accept. Every byte 0..255 occurs, and all tables are the same: symbols 2..255 have
// 8 bits, and the code of symbol s is the byte s - 2, so that a row of symbols can spell anything
// below 254; the run digits 0 and 1, symbol 256 and the end have 9 bits.
class Bzip2Writer {
 public:
  static constexpr unsigned kEnd = 257;

  // Starts a stream of -`level`.
  explicit Bzip2Writer(int level);

  // Appends a block with these symbols; the end is added. `crc` is what it claims.
  void AddBlock(std::span<const unsigned> symbols, uint32_t origin, uint32_t crc,
                bool randomized = false);

  // Ends the stream and returns the file so far; more streams may follow.
  std::string Finish();

 private:
  void Write(uint64_t value, unsigned count);

  std::string bytes_;
  unsigned num_bits_ = 0;  // in the last byte; 0 is a whole number of bytes
  uint32_t stream_crc_ = 0;
};

// The symbols whose codes spell `bytes`. REQUIRES: all below 254.
std::vector<unsigned> SpellSymbols(std::string_view bytes);

// What libbz2 makes of a file: false where it reports an error. `text` holds what it had written
// by then.
bool LibBunzip2(std::string_view file, std::string* text);

// A whole file with one block of these symbols, its checksums right.
std::string FileOfBlock(std::span<const unsigned> symbols, uint32_t origin);

}  // namespace owt::formats
