#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "formats/bzip2_blocks.h"
#include "formats/bzip2_runs.h"
#include "formats/input_stream.h"

namespace owt::formats {

// The text of a bzip2 file: any number of streams, each of any number of blocks, as bzip2, lbzip2
// and pbzip2 write them. Every checksum is verified. Blocks are decoded by up to `workers` threads;
// for memory, see Bzip2Blocks.
class Bzip2Input : public InputStream {
 public:
  // REQUIRES: workers >= 1, and `raw` stands at the start of the file.
  Bzip2Input(std::unique_ptr<RawInput> raw, int workers) : blocks_(std::move(raw), workers) {}

  size_t Read(char* out, size_t size) override;

  uint64_t compressed_position() const override { return position_ / 8; }

 private:
  bool StartStream();
  bool StartBlock();
  void FinishBlock();
  void FinishStream();
  Bzip2Block TakeBlock(Bzip2Blocks::Item* item);
  bool Join(size_t count, Bzip2Slice* slice);
  Bzip2Slice JoinUpTo(uint64_t end);
  [[noreturn]] void FailTruncated() const;
  [[noreturn]] void FailCorrupt(const char* why) const;
  [[noreturn]] void Fail(const std::string& message) const;

  Bzip2Blocks blocks_;
  uint64_t position_ = 0;  // in bits: of what comes next, behind the current block if there is one
  bool in_stream_ = false;
  bool in_block_ = false;
  uint32_t max_block_size_ = 0;  // of this stream
  uint32_t stream_crc_ = 0;
  Bzip2Block block_;
  Bzip2Runs runs_;
};

}  // namespace owt::formats
