#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "formats/raw_input.h"

namespace owt::formats {

inline constexpr unsigned kBzip2MagicBits = 48;

// A stretch of a bzip2 file that may be decoded on its own: from one magic number to the next. The
// magic numbers stand at any bit, and may occur by chance inside a block, so what a slice is said
// to be is a guess, and a slice may end before its block does.
struct Bzip2Slice {
  enum class Kind {
    kBlock,  // starts with the magic number of a block
    kEnd,    // starts with that of the end of a stream; the next stream's header follows it
    kOther,  // starts with none: the start of the file, or the rest of a stretch without any
  };

  Kind kind = Kind::kOther;
  uint64_t position = 0;   // in the file, in bits
  uint64_t num_bits = 0;   // the next slice starts at position + num_bits
  unsigned start_bit = 0;  // the slice's first bit in bytes[0], 0 the highest
  std::string bytes;       // the bytes that the bits lie in, then kPadding zeros

  // Decoders may look this far behind the last bit.
  static constexpr size_t kPadding = 256;

  // Bits [at, at + count), the first the highest. REQUIRES: at + count <= num_bits, count <= 32.
  uint32_t Bits(uint64_t at, unsigned count) const;

  // Adds the slice that follows this one in the file.
  void Append(const Bzip2Slice& next);
};

// Cuts a bzip2 file into slices. Not thread-safe. Cost: about 1 ns per compressed byte. Memory:
// less than 4 MiB, whatever the file.
class Bzip2Slicer {
 public:
  explicit Bzip2Slicer(std::unique_ptr<RawInput> raw) : raw_(std::move(raw)) {}

  // False at the end of the file. The slices in order are the whole file, each bit once.
  // Throws Error{kInput} where a read fails.
  bool Next(Bzip2Slice* slice);

  const RawInput& raw() const { return *raw_; }

 private:
  void Refill();
  void Cut(uint64_t end, Bzip2Slice* slice);

  std::unique_ptr<RawInput> raw_;
  bool at_end_ = false;
  std::string buffer_;  // bytes of the file from buffer_position_ on
  uint64_t buffer_position_ = 0;
  Bzip2Slice::Kind kind_ = Bzip2Slice::Kind::kOther;  // of the next slice
  uint64_t start_ = 0;                                // its first bit
  uint64_t search_ = 0;  // no magic number starts behind start_ and before this bit
};

}  // namespace owt::formats
