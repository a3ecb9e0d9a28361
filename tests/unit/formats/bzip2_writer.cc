#include "tests/unit/formats/bzip2_writer.h"

#include <bzlib.h>

#include <algorithm>
#include <bit>

#include "formats/bzip2_runs.h"

namespace owt::formats {

Bzip2Writer::Bzip2Writer(int level) { bytes_ = "BZh" + std::to_string(level); }

void Bzip2Writer::Write(uint64_t value, unsigned count) {
  while (count-- > 0) {
    if (num_bits_ == 0) bytes_ += '\0';
    const auto bit = static_cast<unsigned char>((value >> count & 1) << (7 - num_bits_));
    bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | bit);
    num_bits_ = (num_bits_ + 1) % 8;
  }
}

void Bzip2Writer::AddBlock(std::span<const unsigned> symbols, uint32_t origin, uint32_t crc,
                           bool randomized) {
  constexpr unsigned kTables = 2;
  constexpr unsigned kGroup = 50;
  stream_crc_ = std::rotl(stream_crc_, 1) ^ crc;
  Write(0x314159265359, 48);
  Write(crc, 32);
  Write(randomized ? 1 : 0, 1);
  Write(origin, 24);
  for (int i = 0; i < 17; ++i) Write(0xFFFF, 16);
  const auto num_selectors = static_cast<unsigned>(symbols.size() / kGroup + 1);
  Write(kTables, 3);
  Write(num_selectors, 15);
  for (unsigned i = 0; i < num_selectors; ++i) Write(0, 1);
  for (unsigned table = 0; table < kTables; ++table) {
    Write(9, 5);
    Write(0, 2);                                             // 0 and 1: 9 bits
    Write(0b110, 3);                                         // 2: one shorter
    Write(0, 63), Write(0, 63), Write(0, 63), Write(0, 64);  // 3 to 255
    Write(0b100, 3);                                         // 256: one longer
    Write(0, 1);
  }
  const auto write_symbol = [&](unsigned symbol) {
    if (symbol >= 2 && symbol < 256) return Write(symbol - 2, 8);
    Write(508 + (symbol < 2 ? symbol : symbol - 254), 9);
  };
  for (const unsigned symbol : symbols) write_symbol(symbol);
  write_symbol(kEnd);
}

std::string Bzip2Writer::Finish() {
  Write(0x177245385090, 48);
  Write(stream_crc_, 32);
  return bytes_;
}

std::vector<unsigned> SpellSymbols(std::string_view bytes) {
  std::vector<unsigned> symbols;
  for (const char byte : bytes) symbols.push_back(static_cast<unsigned char>(byte) + 2U);
  return symbols;
}

bool LibBunzip2(std::string_view file, std::string* text) {
  text->clear();
  std::string buffer(1 << 16, '\0');
  while (!file.empty()) {
    bz_stream stream{};
    BZ2_bzDecompressInit(&stream, 0, 0);
    stream.next_in = const_cast<char*>(file.data());
    stream.avail_in = static_cast<unsigned>(file.size());
    int result = BZ_OK;
    bool is_stuck = false;
    while (result == BZ_OK && !is_stuck) {
      stream.next_out = buffer.data();
      stream.avail_out = static_cast<unsigned>(buffer.size());
      result = BZ2_bzDecompress(&stream);
      const size_t got = buffer.size() - stream.avail_out;
      text->append(buffer, 0, got);
      is_stuck = got == 0 && stream.avail_in == 0;
    }
    file = file.substr(file.size() - stream.avail_in);
    BZ2_bzDecompressEnd(&stream);
    if (result != BZ_STREAM_END) return false;
  }
  return true;
}

std::string FileOfBlock(std::span<const unsigned> symbols, uint32_t origin) {
  Bzip2Writer draft(9);
  draft.AddBlock(symbols, origin, 0);
  std::string text;
  LibBunzip2(draft.Finish(), &text);
  Bzip2Writer writer(9);
  writer.AddBlock(symbols, origin, ~UpdateBzip2Crc(~uint32_t{0}, text));
  return writer.Finish();
}

}  // namespace owt::formats
