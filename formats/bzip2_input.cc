#include "formats/bzip2_input.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

// Slices are cut at everything that looks like the start of a block. What really is one, we know
// from the front: the first block follows the header, and each block says by its last code where it
// ends, which is where the next one must start. Slices that start anywhere else are skipped, and a
// block that such a false start has cut is decoded again from the joined slices.

namespace owt::formats {
namespace {

constexpr unsigned kCrcBits = 32;
constexpr unsigned kHeaderBits = 32;  // "BZh" and a digit

// A false start has a chance of 2^-48 per bit; a file with more in one block was built to have
// them.
constexpr size_t kMaxJoined = 1024;

}  // namespace

size_t Bzip2Input::Read(char* out, size_t size) {
  for (;;) {
    if (in_block_) {
      const size_t got = runs_.Read(out, size);
      if (got > 0) return got;
      FinishBlock();
    }
    if (!in_stream_ && !StartStream()) return 0;
    if (!StartBlock()) FinishStream();
  }
}

// Reads the header at position_, in the slice of the previous stream's end. False at the end of
// the file.
bool Bzip2Input::StartStream() {
  const Bzip2Slice slice = JoinUpTo(position_ + kHeaderBits);
  const uint64_t at = position_ - slice.position;
  const uint64_t left = std::min<uint64_t>(slice.num_bits - at, kHeaderBits);
  if (left == 0) return false;
  const uint32_t header = slice.Bits(at, kHeaderBits);  // with zeros behind the end
  constexpr uint32_t kBzh = uint32_t{'B'} << 24 | uint32_t{'Z'} << 16 | uint32_t{'h'} << 8;
  const uint32_t digit = header & 255;
  const bool is_header = left == kHeaderBits
                             ? (header ^ digit) == kBzh && digit >= '1' && digit <= '9'
                             : header >> (32 - left) == kBzh >> (32 - left);
  if (!is_header) Fail("what follows the bzip2 data is not bzip2");
  if (left < kHeaderBits) FailTruncated();
  max_block_size_ = (digit - '0') * 100000;
  stream_crc_ = 0;
  in_stream_ = true;
  position_ += kHeaderBits;
  return true;
}

// False where the stream ends here.
bool Bzip2Input::StartBlock() {
  Bzip2Blocks::Item* item = blocks_.At(0);
  while (item != nullptr && item->slice.position < position_) {
    const uint64_t end = item->slice.position + item->slice.num_bits;
    blocks_.Pop();
    item = blocks_.At(0);
    if (item == nullptr && end - position_ < kBzip2MagicBits) FailTruncated();
  }
  if (item == nullptr || item->slice.position != position_ ||
      item->slice.kind == Bzip2Slice::Kind::kOther) {
    FailCorrupt("no block where one must start");
  }
  if (item->slice.kind == Bzip2Slice::Kind::kEnd) return false;
  block_ = TakeBlock(item);
  switch (block_.status) {
    case Bzip2Block::Status::kDecoded:
      break;
    case Bzip2Block::Status::kNeedMore:
      FailTruncated();
    case Bzip2Block::Status::kCorrupt:
      FailCorrupt("bad block");
    case Bzip2Block::Status::kRandomized:
      Fail("bzip2 block of a kind that only bzip2 before 0.9.5 wrote; compress it anew");
  }
  if (block_.size > max_block_size_) FailCorrupt("block too large");
  runs_ = Bzip2Runs({block_.bytes.get(), block_.size});
  in_block_ = true;
  return true;
}

void Bzip2Input::FinishBlock() {
  if (runs_.is_broken()) FailCorrupt("block ends inside a run");
  if (runs_.crc() != block_.crc) FailCorrupt("wrong checksum of a block");
  stream_crc_ = std::rotl(stream_crc_, 1) ^ block_.crc;
  position_ += block_.num_bits;
  in_block_ = false;
}

void Bzip2Input::FinishStream() {
  const Bzip2Slice slice = JoinUpTo(position_ + kBzip2MagicBits + kCrcBits);
  if (slice.num_bits < kBzip2MagicBits + kCrcBits) FailTruncated();
  if (slice.Bits(kBzip2MagicBits, kCrcBits) != stream_crc_)
    FailCorrupt("wrong checksum of a stream");
  position_ += kBzip2MagicBits + kCrcBits;
  position_ = (position_ + 7) / 8 * 8;
  in_stream_ = false;
}

// The block that starts with `item`, the first.
Bzip2Block Bzip2Input::TakeBlock(Bzip2Blocks::Item* item) {
  Bzip2Block block = std::move(item->block);
  for (size_t count = 2; block.status == Bzip2Block::Status::kNeedMore; count *= 2) {
    if (count > kMaxJoined) FailCorrupt("too many block headers inside a block");
    Bzip2Slice slice;
    const bool is_all = !Join(count, &slice);
    block = blocks_.Decode(slice);
    if (is_all) break;
  }
  return block;
}

// Joins the first `count` slices. False where there are not so many.
bool Bzip2Input::Join(size_t count, Bzip2Slice* slice) {
  for (size_t i = 0; i < count; ++i) {
    const Bzip2Blocks::Item* item = blocks_.At(i);
    if (item == nullptr) return false;
    if (i == 0) {
      *slice = item->slice;
    } else {
      slice->Append(item->slice);
    }
  }
  return true;
}

// The first slice, joined with what follows until it reaches bit `end` of the file or the last.
Bzip2Slice Bzip2Input::JoinUpTo(uint64_t end) {
  Bzip2Slice slice;
  const auto reaches_end = [&] { return slice.position + slice.num_bits >= end; };
  for (size_t count = 1; Join(count, &slice) && !reaches_end(); ++count) {
  }
  return slice;
}

void Bzip2Input::FailTruncated() const {
  Fail("bzip2 data ends in the middle; the file is truncated");
}

void Bzip2Input::FailCorrupt(const char* why) const {
  Fail(std::string("bzip2 data is corrupt (") + why + ")");
}

void Bzip2Input::Fail(const std::string& message) const {
  blocks_.raw().FailAt(position_ / 8, message);
}

}  // namespace owt::formats
