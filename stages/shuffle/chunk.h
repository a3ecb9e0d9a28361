#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace owt::shuffle {

// Records on their way through the temporary file, a chunk at a time:
//
//   chunk  = uint64 payload_bytes (native order), payload
//   payload = record*
//   record = varint zigzag(ordinal - ordinal of the record before in this chunk, 0 at the start),
//            varint line_bytes, line (always with its newline)
//
// A record costs 2 to 4 bytes beside its line. Varints are LEB128. The file may come from a run
// that was killed, so readers believe no length.

constexpr size_t kMaxRecordPrefix = 20;  // two varints of ten bytes

inline char* PutVarint(uint64_t value, char* to) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}

// Reads at most ten bytes.
inline const char* GetVarint(const char* from, uint64_t* value) {
  uint64_t byte = static_cast<unsigned char>(*from++);
  uint64_t result = byte & 0x7f;
  for (int shift = 7; byte >= 0x80 && shift < 64; shift += 7) {
    byte = static_cast<unsigned char>(*from++);
    result |= (byte & 0x7f) << shift;
  }
  *value = result;
  return from;
}

inline uint64_t ZigZag(uint64_t difference) { return (difference << 1) ^ (0 - (difference >> 63)); }

inline uint64_t UnZigZag(uint64_t value) { return (value >> 1) ^ (0 - (value & 1)); }

// One chunk being filled by one thread.
class Chunk {
 public:
  static constexpr size_t kHeader = sizeof(uint64_t);

  // Bytes that a chunk needs at most for one line of `line_bytes` (newline included).
  static constexpr size_t BytesFor(size_t line_bytes) {
    return kHeader + kMaxRecordPrefix + line_bytes;
  }

  Chunk() = default;  // takes no record

  explicit Chunk(size_t capacity)
      : data_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  // Adds a line, given without its newline. False, and nothing changes, where it does not fit.
  bool Append(uint64_t ordinal, std::string_view line) {
    if (used_ + kMaxRecordPrefix + line.size() + 1 > capacity_) return false;
    char* to = PutVarint(ZigZag(ordinal - last_ordinal_), data_.get() + used_);
    to = PutVarint(line.size() + 1, to);
    std::memcpy(to, line.data(), line.size());
    to += line.size();
    *to++ = '\n';
    used_ = static_cast<size_t>(to - data_.get());
    last_ordinal_ = ordinal;
    return true;
  }

  // A copy that is as large as its content.
  Chunk Shrunk() const {
    Chunk copy(used_);
    std::memcpy(copy.data_.get(), data_.get(), used_);
    copy.used_ = used_;
    return copy;
  }

  // Completes the chunk: from now on stored() may be used, and nothing appended.
  void Seal() {
    const uint64_t payload = used_ - kHeader;
    std::memcpy(data_.get(), &payload, kHeader);
  }

  // REQUIRES: sealed.
  std::string_view stored() const { return {data_.get(), used_}; }

  bool empty() const { return used_ == kHeader; }

  size_t capacity() const { return capacity_; }

  // Empties the chunk for the next use.
  void Clear() {
    used_ = kHeader;
    last_ordinal_ = 0;
  }

 private:
  std::unique_ptr<char[]> data_;
  size_t capacity_ = 0;
  size_t used_ = kHeader;
  uint64_t last_ordinal_ = 0;
};

// Calls visit(ordinal, sized_line) for every record of the chunks in `stored`, behind which
// kMaxRecordPrefix bytes must be readable; `sized_line` points at the line's length (varint), which
// the line follows: one pointer says both. False where the bytes are no chunks; what was visited
// before lies within `stored` all the same.
template <typename Visit>
[[nodiscard]] bool ForEachRecord(std::string_view stored, const Visit& visit) {
  const char* at = stored.data();
  const char* const end = at + stored.size();
  while (at != end) {
    if (static_cast<size_t>(end - at) < Chunk::kHeader) return false;
    uint64_t payload;
    std::memcpy(&payload, at, sizeof(payload));
    at += Chunk::kHeader;
    if (payload > static_cast<uint64_t>(end - at)) return false;
    const char* const chunk_end = at + payload;
    uint64_t ordinal = 0;
    while (at != chunk_end) {
      uint64_t value;
      const char* const sized_line = GetVarint(at, &value);
      ordinal += UnZigZag(value);
      at = GetVarint(sized_line, &value);
      if (at > chunk_end || value > static_cast<uint64_t>(chunk_end - at)) return false;
      visit(ordinal, sized_line);
      at += value;
    }
  }
  return true;
}

// The line that a `sized_line` of ForEachRecord points at, newline included.
inline std::string_view LineAt(const char* sized_line) {
  uint64_t length;
  const char* line = GetVarint(sized_line, &length);
  return {line, static_cast<size_t>(length)};
}

}  // namespace owt::shuffle
