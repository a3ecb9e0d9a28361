#include "stages/dedup/record_sorter.h"

#include <algorithm>
#include <string_view>

#include "stages/dedup/sort_records.h"

namespace owt::dedup {
namespace {

constexpr uint64_t kRunBytes = uint64_t{256} << 10;  // read at a time: a disk's seek pays then
constexpr size_t kMostRuns = 1024;
constexpr size_t kGrown = size_t{1} << 14;

// Record's own order; most differ in the first number. A type, so that sorting inlines it.
struct IsBefore {
  bool operator()(const RecordSorter::Record& a, const RecordSorter::Record& b) const {
    if (a[0] != b[0]) return a[0] < b[0];
    return a[1] != b[1] ? a[1] < b[1] : a[2] < b[2];
  }
};

// Of a record and its run. Of equal records it does not matter which comes first.
struct IsBehind {
  template <typename Pair>
  bool operator()(const Pair& a, const Pair& b) const {
    return IsBefore()(b.first, a.first);
  }
};

// Puts the top of a heap, least first, where it belongs.
void SinkTop(std::vector<std::pair<RecordSorter::Record, size_t>>* heap) {
  const size_t size = heap->size();
  const auto top = heap->front();
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && IsBehind()((*heap)[child], (*heap)[child + 1])) ++child;
    if (!IsBefore()((*heap)[child].first, top.first)) break;
    (*heap)[at] = (*heap)[child];
  }
  (*heap)[at] = top;
}

}  // namespace

// Three quarters of the memory are for records, half of that while they are sorted; the rest is for
// what is written. While runs are merged the records' memory is theirs.
RecordSorter::RecordSorter(std::string scratch_folder, uint64_t memory_bytes)
    : folder_(std::move(scratch_folder)), file_(folder_, 0) {
  const uint64_t memory = std::max(memory_bytes, kMinMemory);
  const uint64_t for_records = memory / 4 * 3;
  max_buffered_ = static_cast<size_t>(for_records / sizeof(Record) / 2);
  file_buffer_bytes_ = static_cast<size_t>(std::min<uint64_t>(memory / 4, uint64_t{4} << 20));
  max_runs_ = static_cast<size_t>(std::clamp<uint64_t>(for_records / kRunBytes, 4, kMostRuns));
  run_records_ = max_buffered_ * 2 / (max_runs_ + 1);
  file_ = text::ScratchFile(folder_, file_buffer_bytes_);
}

void RecordSorter::SortBuffer() { SortRecords(buffer_); }

void RecordSorter::Add(const Record& record) {
  if (buffer_.size() == max_buffered_) Spill();
  // Growing by doubling would move all of it, and hold twice as much for a moment. Pages that are
  // never written cost nothing.
  if (buffer_.size() == buffer_.capacity() && buffer_.size() >= kGrown) {
    buffer_.reserve(max_buffered_);
  }
  buffer_.push_back(record);
}

void RecordSorter::Spill() {
  SortBuffer();
  const auto* const bytes = reinterpret_cast<const char*>(buffer_.data());
  const size_t size = buffer_.size() * sizeof(Record);
  for (size_t at = 0; at < size; at += file_buffer_bytes_) {
    file_.Append(std::string_view(bytes + at, std::min(file_buffer_bytes_, size - at)));
  }
  spilled_.emplace_back(file_records_, file_records_ + buffer_.size());
  file_records_ += buffer_.size();
  buffer_.clear();
}

void RecordSorter::Finish() {
  if (spilled_.empty()) return SortBuffer();
  if (!buffer_.empty()) Spill();
  decltype(buffer_)().swap(buffer_);
  file_.FinishWriting();
  while (spilled_.size() > max_runs_) MergeOnce();
  std::vector<Run> runs;
  for (const auto& [begin, end] : spilled_) runs.push_back({begin, end, {}, 0});
  StartMerge(std::move(runs));
}

// Makes one run of every max_runs_ of them, in another file.
void RecordSorter::MergeOnce() {
  text::ScratchFile merged(folder_, file_buffer_bytes_);
  std::vector<std::pair<uint64_t, uint64_t>> bounds;
  uint64_t num_merged = 0;
  for (size_t first = 0; first < spilled_.size(); first += max_runs_) {
    std::vector<Run> runs;
    for (size_t i = first; i < std::min(first + max_runs_, spilled_.size()); ++i) {
      runs.push_back({spilled_[i].first, spilled_[i].second, {}, 0});
    }
    StartMerge(std::move(runs));
    const uint64_t begin = num_merged;
    for (Record record; NextMerged(&record); ++num_merged) {
      merged.Append({reinterpret_cast<const char*>(record.data()), sizeof(Record)});
    }
    bounds.emplace_back(begin, num_merged);
  }
  merged.FinishWriting();
  file_ = std::move(merged);
  spilled_ = std::move(bounds);
}

void RecordSorter::StartMerge(std::vector<Run> runs) {
  runs_ = std::move(runs);
  heap_.clear();
  for (size_t i = 0; i < runs_.size(); ++i) {
    if (FillRun(&runs_[i])) heap_.emplace_back(runs_[i].ahead[0], i);
  }
  std::make_heap(heap_.begin(), heap_.end(), IsBehind());
}

bool RecordSorter::FillRun(Run* run) const {
  const auto count = static_cast<size_t>(std::min<uint64_t>(run_records_, run->end - run->next));
  run->ahead.resize(count);
  run->at = 0;
  if (count == 0) return false;
  file_.ReadAt(run->next * sizeof(Record), reinterpret_cast<char*>(run->ahead.data()),
               count * sizeof(Record));
  run->next += count;
  return true;
}

bool RecordSorter::NextMerged(Record* record) {
  if (heap_.empty()) return false;
  auto& [least, index] = heap_.front();
  *record = least;
  Run& run = runs_[index];
  if (++run.at < run.ahead.size() || FillRun(&run)) {
    least = run.ahead[run.at];
  } else {
    heap_.front() = heap_.back();
    heap_.pop_back();
    if (heap_.empty()) return true;
  }
  SinkTop(&heap_);
  return true;
}

bool RecordSorter::Next(Record* record) {
  if (!spilled_.empty()) return NextMerged(record);
  if (buffer_at_ == buffer_.size()) return false;
  *record = buffer_[buffer_at_++];
  return true;
}

}  // namespace owt::dedup
