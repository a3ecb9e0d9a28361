#include "trainer/evaluate/windows.h"

#include <algorithm>

namespace owt::trainer {

StreamWindows::StreamWindows(NextDocument next, int64_t length)
    : next_(std::move(next)), length_(static_cast<size_t>(length)) {}

bool StreamWindows::Next(ScoreRow* row) {
  while (!at_end_ && stream_.size() - used_ <= length_) {
    if (!next_(&document_)) {
      at_end_ = true;
      break;
    }
    stream_.erase(stream_.begin(), stream_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
    stream_.insert(stream_.end(), document_.begin(), document_.end());
  }
  const size_t scored = std::min(length_, stream_.size() - used_ - (stream_.size() > used_));
  if (scored == 0) return false;
  const auto begin = stream_.begin() + static_cast<std::ptrdiff_t>(used_);
  row->ids.assign(begin, begin + static_cast<std::ptrdiff_t>(scored + 1));
  row->num_scored = static_cast<uint32_t>(scored);
  used_ += scored;
  return true;
}

OverlappingWindows::OverlappingWindows(std::span<const uint32_t> ids, int64_t length,
                                       int64_t stride)
    : ids_(ids), length_(static_cast<size_t>(length)), stride_(static_cast<size_t>(stride)) {}

bool OverlappingWindows::Next(ScoreRow* row) {
  if (predicted_ + 1 >= ids_.size()) return false;
  const size_t last = std::min(begin_ + length_, ids_.size() - 1);
  const auto window = ids_.subspan(begin_, last + 1 - begin_);
  row->ids.assign(window.begin(), window.end());
  row->num_scored = static_cast<uint32_t>(last - predicted_);
  predicted_ = last;
  begin_ += stride_;
  return true;
}

}  // namespace owt::trainer
