#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/api.h"

namespace owt::trainer {

// Documents as one stream of ids, cut into rows that predict `length` ids each; a row starts with
// the last id of the one before, so that each id but the very first is predicted once.
// Memory: the longest document and a row.
class StreamWindows {
 public:
  StreamWindows(NextDocument next, int64_t length);

  // The last row may be shorter.
  bool Next(ScoreRow* row);

 private:
  NextDocument next_;
  size_t length_;
  bool at_end_ = false;
  size_t used_ = 0;  // of stream_
  std::vector<uint32_t> stream_, document_;
};

// Megatron-LM's windows with overlap (--overlapping-eval) over one text: each reads up to `length`
// ids and begins `stride` behind the one before; all but the first predict only what the one
// before had not, so that every prediction but those of the first window has at least
// length - stride ids before it. Each id but the very first is predicted once.
class OverlappingWindows {
 public:
  // `ids` must outlive this. REQUIRES: 1 <= stride <= length.
  OverlappingWindows(std::span<const uint32_t> ids, int64_t length, int64_t stride);

  bool Next(ScoreRow* row);

 private:
  std::span<const uint32_t> ids_;
  size_t length_, stride_;
  size_t begin_ = 0;
  size_t predicted_ = 0;  // ids [1, predicted_] have been
};

}  // namespace owt::trainer
