#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace owt::formats {

// Undoes the Burrows-Wheeler transform of blocks of bytes. Holds about 7 bytes per byte of the
// largest block, and up to kLanes more where a block is built to need them. One thread at a time.
class InverseBwt {
 public:
  // Rows are numbers of 20 bits.
  static constexpr uint32_t kMaxSize = (1 << 20) - 1;

  // REQUIRES: max_size <= kMaxSize.
  explicit InverseBwt(uint32_t max_size);

  // The last column of the sorted rotations, max_size bytes, to be written before Invert.
  uint8_t* column() { return column_.get(); }

  // Writes the `size` bytes to out whose rotations have the last column column()[0, size), from
  // the rotation in row `origin` on. A column that belongs to no text gives `size` bytes as well:
  // those that the plain algorithm gives.
  // REQUIRES: 0 < size <= max_size, origin < size, counts[b] is how often b is in the column.
  // Throws std::bad_alloc.
  void Invert(uint32_t size, uint32_t origin, const std::array<uint32_t, 256>& counts, char* out);

 private:
  static constexpr size_t kLanes = 24;

  // The text from one marked row to the next, as a lane wrote it.
  struct Segment {
    const char* begin = nullptr;
    uint32_t size = 0;
    uint32_t next = 0;
  };

  struct Lane {
    uint32_t segment = 0;
    uint32_t begin = 0;
  };

  void Reserve(uint32_t size);
  void Link(uint32_t size, uint32_t origin, const std::array<uint32_t, 256>& counts);
  void WalkSegments(uint32_t size, uint32_t origin);
  uint32_t StartRow(uint32_t segment, uint32_t size, uint32_t origin) const;
  void Join(uint32_t size, char* out) const;

  const uint32_t max_size_;
  uint32_t capacity_ = 0;  // the largest block that the following hold
  size_t lane_bytes_ = 0;
  std::unique_ptr<uint8_t[]> column_;
  std::unique_ptr<uint32_t[], void (*)(void*)> links_;
  std::unique_ptr<char[]> text_;  // kLanes stretches of lane_bytes_; hardly any of it is touched
  std::vector<Segment> segments_;
};

}  // namespace owt::formats
