#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "formats/bzip2_block.h"
#include "formats/bzip2_slicer.h"
#include "formats/raw_input.h"

namespace owt::formats {

// The slices of a bzip2 file in order, with what they decode to if they are blocks, decoded ahead
// on the oneTBB workers of the calling thread's arena. Not thread-safe: one thread calls it, and
// that thread decodes as well while it would have to wait, so that it also works where no other
// worker is free.
// Memory: at most 6 MiB per worker, and 2 * workers + 1 items of 1.2 MB, whatever the input.
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
  class Shared;

  void Fill(size_t count);

  Bzip2Slicer slicer_;
  const int workers_;
  bool at_end_ = false;
  std::deque<std::shared_ptr<Entry>> items_;
  // Shared with the tasks, which may run on after this is gone.
  std::shared_ptr<Shared> shared_;
};

}  // namespace owt::formats
