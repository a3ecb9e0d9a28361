#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "formats/bzip2_block.h"
#include "formats/bzip2_slicer.h"
#include "formats/raw_input.h"

namespace owt::formats {

// The slices of a bzip2 file in order, with what they decode to if they are blocks, decoded ahead
// on oneTBB workers. Not thread-safe: one thread calls it, and that thread decodes as well while it
// would have to wait, so that it also works where no other worker is free.
// Memory: 6 MiB per worker (26 MiB where a file is built to need it), and 2 * workers + 1 items of
// about 1.2 MB.
class Bzip2Blocks {
 public:
  struct Item {
    Bzip2Slice slice;
    Bzip2Block block;  // where slice.kind is kBlock
  };

  // REQUIRES: workers >= 1; with 1, everything is done by the calling thread.
  Bzip2Blocks(std::unique_ptr<RawInput> raw, int workers);
  ~Bzip2Blocks();

  // The i-th item, valid until it is popped; null behind the end of the file. What lies further
  // ahead than the window is read as well, and kept until it is popped.
  // Throws Error{kInput} where a read fails, and std::bad_alloc.
  Item* At(size_t i);

  // Drops the first item. REQUIRES: At(0) is not null.
  void Pop();

  // Decodes a slice here and now.
  Bzip2Block Decode(const Bzip2Slice& slice);

  const RawInput& raw() const { return slicer_.raw(); }

 private:
  struct Entry;
  class Pool;

  void Fill(size_t count);

  Bzip2Slicer slicer_;
  const int workers_;
  bool at_end_ = false;
  std::deque<std::unique_ptr<Entry>> items_;
  std::unique_ptr<Pool> pool_;  // its tasks use items_, so it goes first
};

}  // namespace owt::formats
