#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "formats/bzip2_bits.h"
#include "formats/bzip2_codes.h"
#include "formats/bzip2_slicer.h"
#include "formats/inverse_bwt.h"

namespace owt::formats {

// Bytes of a block of the largest kind, -9, runs packed.
inline constexpr uint32_t kMaxBzip2Block = 900000;

// What a slice that starts with a block decodes to.
struct Bzip2Block {
  enum class Status {
    kDecoded,
    kNeedMore,    // the slice ends before the block does
    kCorrupt,     // no block starts with these bits
    kRandomized,  // as bzip2 before 0.9.5 (1999) could write it; not supported
  };

  Status status = Status::kCorrupt;
  uint64_t num_bits = 0;          // of the block, magic number included
  uint32_t crc = 0;               // of its text, as the block states it
  uint32_t size = 0;              // of `bytes`, at most kMaxBzip2Block
  std::unique_ptr<char[]> bytes;  // the text with its runs still packed: see Bzip2Runs
};

// Decodes blocks one by one. Holds 6 MiB. One thread at a time.
// Cost: 5 to 10 ns per byte of the block.
class Bzip2BlockDecoder {
 public:
  Bzip2BlockDecoder();

  // Writes *block. REQUIRES: slice.kind is kBlock. Throws std::bad_alloc.
  void Decode(const Bzip2Slice& slice, Bzip2Block* block);

 private:
  using Status = Bzip2Block::Status;

  static constexpr unsigned kMaxTables = 6;

  Status ReadHeader(Bzip2Bits* bits);
  Status ReadSelectors(Bzip2Bits* bits);
  Status ReadCodes(Bzip2Bits* bits);
  Status ReadColumn(Bzip2Bits* bits);

  InverseBwt inverse_bwt_;
  uint32_t crc_ = 0;
  uint32_t origin_ = 0;
  uint32_t size_ = 0;
  unsigned num_used_ = 0;             // bytes that occur
  std::array<uint8_t, 256> used_;     // which ones
  std::array<uint32_t, 256> counts_;  // how often each
  std::vector<uint8_t> selectors_;    // the table of each group of codes
  unsigned num_tables_ = 0;
  std::array<Bzip2Codes, kMaxTables> tables_;
};

}  // namespace owt::formats
