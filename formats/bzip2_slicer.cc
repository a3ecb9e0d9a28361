#include "formats/bzip2_slicer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

// A magic number is 48 bits at any of 8 bit offsets, so its second and third byte are one of 16
// pairs. A bitmap of all pairs passes over almost everything; what is left is compared in full.

namespace owt::formats {
namespace {

constexpr uint64_t kBlockMagic = 0x314159265359;
constexpr uint64_t kEndMagic = 0x177245385090;

// No block is longer: 18,002 groups of 50 codes of at most 20 bits, and the tables. A stretch
// without any magic number is cut here, so that garbage costs no memory.
constexpr uint64_t kMaxSliceBits = uint64_t{8} * (5 << 19);

// Bytes that are read at once when magic numbers are compared.
constexpr size_t kLookahead = 8;

constexpr size_t kPairs = 65536;

consteval std::array<uint8_t, kPairs / 8> MakePairs() {
  std::array<uint8_t, kPairs / 8> pairs{};
  for (const uint64_t magic : {kBlockMagic, kEndMagic}) {
    for (unsigned shift = 0; shift < 8; ++shift) {
      const auto pair = static_cast<uint16_t>(magic >> (24 + shift));
      pairs[pair / 8] = static_cast<uint8_t>(pairs[pair / 8] | 1 << pair % 8);
    }
  }
  return pairs;
}

constexpr auto kMagicPairs = MakePairs();

uint64_t LoadBigEndian(const char* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

struct Found {
  uint64_t bit;
  Bzip2Slice::Kind kind;
};

// The first magic number that starts at bit `from` or later and before byte `end` of `bytes`.
// REQUIRES: kLookahead bytes may be read at every byte before `end`.
std::optional<Found> FindMagic(const char* bytes, uint64_t from, size_t end) {
  for (size_t i = from / 8; i < end; ++i) {
    const unsigned pair =
        static_cast<unsigned char>(bytes[i + 1]) << 8 | static_cast<unsigned char>(bytes[i + 2]);
    if ((kMagicPairs[pair / 8] >> pair % 8 & 1) == 0) continue;
    const uint64_t window = LoadBigEndian(bytes + i);
    for (unsigned shift = 0; shift < 8; ++shift) {
      const uint64_t value = window << shift >> (64 - kBzip2MagicBits);
      if (value != kBlockMagic && value != kEndMagic) continue;
      if (i * 8 + shift < from) continue;
      return Found{i * 8 + shift,
                   value == kBlockMagic ? Bzip2Slice::Kind::kBlock : Bzip2Slice::Kind::kEnd};
    }
  }
  return std::nullopt;
}

}  // namespace

uint32_t Bzip2Slice::Bits(uint64_t at, unsigned count) const {
  if (count == 0) return 0;
  at += start_bit;
  return static_cast<uint32_t>(LoadBigEndian(bytes.data() + at / 8) << at % 8 >> (64 - count));
}

void Bzip2Slice::Append(const Bzip2Slice& next) {
  // The byte in which one slice ends and the other starts is whole in both.
  bytes.resize((start_bit + num_bits) / 8);
  bytes += next.bytes;
  num_bits += next.num_bits;
}

bool Bzip2Slicer::Next(Bzip2Slice* slice) {
  for (;;) {
    const uint64_t origin = buffer_position_ * 8;
    const size_t end = buffer_.size() - std::min(buffer_.size(), kLookahead);
    const auto found = FindMagic(buffer_.data(), search_ - origin, end);
    search_ = std::max(search_, origin + end * 8);
    if (found && origin + found->bit == start_) {
      kind_ = found->kind;
      search_ = start_ + 1;
    } else if (found) {
      Cut(origin + found->bit, slice);
      kind_ = found->kind;
      search_ = start_ + 1;
      return true;
    } else if (search_ - start_ > kMaxSliceBits) {
      Cut(search_, slice);
      return true;
    } else if (at_end_) {
      if (start_ == search_) return false;
      Cut(search_, slice);
      return true;
    } else {
      Refill();
    }
  }
}

// Reads more, and drops what was cut off. The end of the file is followed by zeros.
void Bzip2Slicer::Refill() {
  const size_t done = start_ / 8 - buffer_position_;
  buffer_.erase(0, done);
  buffer_position_ += done;
  const std::string_view in = raw_->Peek();
  if (in.empty()) {
    buffer_.append(kLookahead, '\0');
    at_end_ = true;
  } else {
    buffer_ += in;
    raw_->Consume(in.size());
  }
}

// Makes [start_, end) a slice; the next one starts at its end and is of no kind.
void Bzip2Slicer::Cut(uint64_t end, Bzip2Slice* slice) {
  const size_t first = start_ / 8 - buffer_position_;
  const size_t last = (end + 7) / 8 - buffer_position_;
  slice->kind = kind_;
  slice->position = start_;
  slice->num_bits = end - start_;
  slice->start_bit = static_cast<unsigned>(start_ % 8);
  slice->bytes.reserve(last - first + Bzip2Slice::kPadding);
  slice->bytes.assign(buffer_, first, last - first);
  slice->bytes.append(Bzip2Slice::kPadding, '\0');
  start_ = end;
  kind_ = Bzip2Slice::Kind::kOther;
}

}  // namespace owt::formats
