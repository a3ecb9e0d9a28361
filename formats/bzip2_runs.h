#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace owt::formats {

// The checksum of bzip2: CRC-32 with the polynomial 0x04C11DB7, the highest bit first. Start with
// ~0 and invert the result.
uint32_t UpdateBzip2Crc(uint32_t crc, std::string_view bytes);

// Unpacks the runs of a decoded block: four equal bytes are followed by the number, 0 to 255, of
// further ones. 900 kB can become 46 MB, which is why it happens while the text is read.
// Cost: about 1 ns per byte, checksum included.
class Bzip2Runs {
 public:
  Bzip2Runs() = default;

  // `block` must outlive this.
  explicit Bzip2Runs(std::string_view block)
      : next_(block.data()), literal_end_(next_), end_(next_ + block.size()) {}

  // Writes the next bytes of the text: as many as there is room for, fewer only at its end.
  size_t Read(char* out, size_t size);

  // Whether the block ended where a number should be. Valid when Read has returned 0.
  bool is_broken() const { return is_broken_; }

  // Of what Read has returned.
  uint32_t crc() const { return ~crc_; }

 private:
  bool NextPiece();

  const char* next_ = nullptr;
  const char* literal_end_ = nullptr;  // the bytes from next_ to here stand for themselves
  const char* end_ = nullptr;
  bool ends_in_run_ = false;  // the literal bytes end with four equal ones
  bool is_broken_ = false;
  unsigned repeats_ = 0;  // how often the last byte is still to be written
  uint32_t crc_ = ~uint32_t{0};
};

}  // namespace owt::formats
