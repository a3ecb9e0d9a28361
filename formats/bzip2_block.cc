#include "formats/bzip2_block.h"

#include <algorithm>
#include <bit>
#include <cstring>

// The layout of a block, in bits, the highest first. No standard was ever published; these are the
// facts of bzip2 1.0.8 and of J. Tsai's "BZIP2: Format Specification":
//   48  magic number        32  checksum of the text    1  randomized    24  row of the text
//   16  which sixteens of bytes occur, then 16 for each of those: which bytes
//    3  number of tables    15  number of selectors, then each selector as so many ones and a zero,
//                               moved to front: the table of the next 50 codes
//   each table: 5 bits of length, then for every symbol 10 = one longer, 11 = one shorter, 0 = so
//   codes: 0 and 1 are the digits of a run of the most recent byte, in bijective base 2, lowest
//          first; the last symbol is the end; all others are places in the list of recent bytes

namespace owt::formats {
namespace {

constexpr unsigned kMagicBits = 48;
constexpr unsigned kGroupSize = 50;
constexpr uint32_t kMaxSelectors = 2 + kMaxBzip2Block / kGroupSize;

// What is read between two looks at the end of the slice: a group of codes, or the header.
static_assert(kGroupSize * Bzip2Codes::kMaxLength / 8 + 16 < Bzip2Slice::kPadding);

using Bytes16 = uint8_t __attribute__((vector_size(16)));

// The list of recent bytes. Most bytes are found among the first 16, which move in one step.
class RecentBytes {
 public:
  explicit RecentBytes(const std::array<uint8_t, 256>& bytes) : bytes_(bytes) {}

  uint8_t front() const { return bytes_[0]; }

  // Moves the byte at `place` to the front and returns it.
  uint8_t Take(uint32_t place) {
    const uint8_t byte = bytes_[place];
    if (place < 16) {
      constexpr Bytes16 kPlaces = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
      const Bytes16 front = {byte};
      Bytes16 old;
      std::memcpy(&old, bytes_.data(), sizeof old);
      const Bytes16 moved =
          __builtin_shufflevector(old, front, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
      const Bytes16 result = kPlaces <= static_cast<uint8_t>(place) ? moved : old;
      std::memcpy(bytes_.data(), &result, sizeof result);
    } else {
      std::memmove(bytes_.data() + 1, bytes_.data(), place);
      bytes_[0] = byte;
    }
    return byte;
  }

 private:
  alignas(16) std::array<uint8_t, 256> bytes_;
};

// Bits that make no sense are corrupt, unless they are the zeros behind the end of the slice.
Bzip2Block::Status Reject(const Bzip2Bits& bits) {
  return bits.position() + Bzip2Codes::kMaxLength > bits.num_bits() ? Bzip2Block::Status::kNeedMore
                                                                    : Bzip2Block::Status::kCorrupt;
}

}  // namespace

Bzip2BlockDecoder::Bzip2BlockDecoder() : inverse_bwt_(kMaxBzip2Block) {
  selectors_.reserve(kMaxSelectors);
}

void Bzip2BlockDecoder::Decode(const Bzip2Slice& slice, Bzip2Block* block) {
  Bzip2Bits bits(slice);
  block->status = ReadHeader(&bits);
  if (block->status == Status::kDecoded) block->status = ReadSelectors(&bits);
  if (block->status == Status::kDecoded) block->status = ReadCodes(&bits);
  if (block->status == Status::kDecoded) block->status = ReadColumn(&bits);
  if (block->status != Status::kDecoded) return;
  block->num_bits = bits.position();
  block->crc = crc_;
  block->size = size_;
  block->bytes = std::make_unique_for_overwrite<char[]>(size_);
  inverse_bwt_.Invert(size_, origin_, counts_, block->bytes.get());
}

Bzip2Block::Status Bzip2BlockDecoder::ReadHeader(Bzip2Bits* bits) {
  bits->Read(kMagicBits / 2);
  bits->Read(kMagicBits / 2);
  crc_ = bits->Read(32);
  const bool randomized = bits->Read(1) != 0;
  origin_ = bits->Read(24);
  const uint32_t sixteens = bits->Read(16);
  num_used_ = 0;
  for (unsigned high = 0; high < 16; ++high) {
    if ((sixteens >> (15 - high) & 1) == 0) continue;
    const uint32_t bytes = bits->Read(16);
    for (unsigned low = 0; low < 16; ++low) {
      if ((bytes >> (15 - low) & 1) != 0)
        used_[num_used_++] = static_cast<uint8_t>(high << 4 | low);
    }
  }
  if (bits->past_end()) return Status::kNeedMore;
  if (randomized) return Status::kRandomized;
  return num_used_ > 0 ? Status::kDecoded : Status::kCorrupt;
}

Bzip2Block::Status Bzip2BlockDecoder::ReadSelectors(Bzip2Bits* bits) {
  num_tables_ = bits->Read(3);
  const uint32_t num_selectors = bits->Read(15);
  if (bits->past_end()) return Status::kNeedMore;
  if (num_tables_ < 2 || num_tables_ > kMaxTables || num_selectors == 0) return Status::kCorrupt;
  std::array<uint8_t, kMaxTables> recent{0, 1, 2, 3, 4, 5};
  selectors_.clear();
  for (uint32_t i = 0; i < num_selectors; ++i) {
    bits->Refill();
    const auto place = static_cast<unsigned>(std::countl_one(bits->window()));
    if (place >= num_tables_) return Reject(*bits);
    bits->Skip(place + 1);
    if (bits->past_end()) return Status::kNeedMore;
    std::rotate(recent.begin(), recent.begin() + place, recent.begin() + place + 1);
    // Some programs write more than a block can use, and bzip2 1.0.8 skips those as well.
    if (i < kMaxSelectors) selectors_.push_back(recent[0]);
  }
  return Status::kDecoded;
}

Bzip2Block::Status Bzip2BlockDecoder::ReadCodes(Bzip2Bits* bits) {
  const unsigned num_symbols = num_used_ + 2;
  std::array<uint8_t, Bzip2Codes::kMaxSymbols> lengths;
  for (unsigned table = 0; table < num_tables_; ++table) {
    uint32_t length = bits->Read(5);
    for (unsigned symbol = 0; symbol < num_symbols; ++symbol) {
      for (;;) {
        if (bits->past_end()) return Status::kNeedMore;
        if (length < 1 || length > Bzip2Codes::kMaxLength) return Reject(*bits);
        if (bits->Read(1) == 0) break;
        length += bits->Read(1) == 0 ? 1U : ~0U;
      }
      lengths[symbol] = static_cast<uint8_t>(length);
    }
    if (bits->past_end()) return Status::kNeedMore;
    if (!tables_[table].Set({lengths.data(), num_symbols})) return Status::kCorrupt;
  }
  return Status::kDecoded;
}

Bzip2Block::Status Bzip2BlockDecoder::ReadColumn(Bzip2Bits* bits) {
  Bzip2Bits in = *bits;  // a copy may live in registers
  uint8_t* const column = inverse_bwt_.column();
  RecentBytes recent(used_);
  counts_.fill(0);
  const uint32_t end_symbol = num_used_ + 1;
  uint32_t size = 0;
  uint32_t run = 0;
  unsigned run_digit = 0;
  for (const uint8_t selector : selectors_) {
    if (in.past_end()) return Status::kNeedMore;
    const Bzip2Codes& codes = tables_[selector];
    for (unsigned i = 0; i < kGroupSize; ++i) {
      if (i % 2 == 0) in.Refill();
      const uint32_t code = codes.Find(in.window());
      const uint32_t symbol = code >> 5;
      in.Skip(code & 31);
      if (symbol < 2) {
        run += (symbol + 1) << run_digit++;
        if (run > kMaxBzip2Block - size) return Reject(in);
        continue;
      }
      if (run > 0) {
        std::memset(column + size, recent.front(), run);
        counts_[recent.front()] += run;
        size += run;
        run = 0;
        run_digit = 0;
      }
      if (symbol >= end_symbol) {
        if (symbol != end_symbol) return Reject(in);
        if (in.past_end()) return Status::kNeedMore;
        *bits = in;
        size_ = size;
        return origin_ < size_ ? Status::kDecoded : Status::kCorrupt;
      }
      if (size == kMaxBzip2Block) return Reject(in);
      const uint8_t byte = recent.Take(symbol - 1);
      ++counts_[byte];
      column[size++] = byte;
    }
  }
  return Reject(in);
}

}  // namespace owt::formats
