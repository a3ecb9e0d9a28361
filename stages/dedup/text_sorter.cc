#include "stages/dedup/text_sorter.h"

#include <algorithm>
#include <cstring>

#include "pipeline/error.h"

namespace owt::dedup {
namespace {

constexpr uint64_t kTextRunBytes = uint64_t{256} << 10;  // read at a time: a disk's seek pays then
constexpr size_t kMostTextRuns = 1024;
constexpr size_t kChunkBytes = size_t{256} << 10;  // of the buffer; a text is in one

}  // namespace

void TextRun::Append(std::string_view text, text::ScratchFile* file) {
  const auto size = static_cast<uint32_t>(text.size());
  file->Append({reinterpret_cast<const char*>(&size), sizeof(size)});
  file->Append(text);
}

// Makes `bytes` bytes of the buffer readable from at_ on; false where the run has none at all.
bool TextRun::Fill(size_t bytes) {
  if (buffer_.size() - at_ >= bytes) return true;
  buffer_.erase(0, at_);
  at_ = 0;
  const size_t held = buffer_.size();
  const auto more =
      static_cast<size_t>(std::min<uint64_t>(std::max(bytes, buffer_bytes_) - held, end_ - next_));
  buffer_.resize(held + more);
  if (file_->ReadAt(next_, buffer_.data() + held, more) != more) {
    throw Error(ErrorKind::kResource, "a temporary file is shorter than it was written");
  }
  next_ += more;
  if (buffer_.empty()) return false;
  if (buffer_.size() >= bytes) return true;
  throw Error(ErrorKind::kInternal, "a run ends within a text; please report this");
}

bool TextRun::Next() {
  uint32_t size;
  if (!Fill(sizeof(size))) return false;
  std::memcpy(&size, buffer_.data() + at_, sizeof(size));
  Fill(sizeof(size) + size);
  text_ = std::string_view(buffer_).substr(at_ + sizeof(size), size);
  at_ += sizeof(size) + size;
  return true;
}

// An eighth of the memory is for what is written, the rest for texts and for their entries, three
// to one. While runs are merged all of the rest is theirs.
TextSorter::TextSorter(std::string scratch_folder, uint64_t memory_bytes)
    : folder_(std::move(scratch_folder)), chunk_used_(kChunkBytes), file_(folder_, 0) {
  const uint64_t memory = std::max(memory_bytes, kMinMemory);
  const uint64_t for_texts = memory / 8 * 7;
  max_chunks_ = static_cast<size_t>(for_texts / 4 * 3 / kChunkBytes);
  max_entries_ = static_cast<size_t>(for_texts / 4 / sizeof(CachedText));
  file_buffer_bytes_ = static_cast<size_t>(std::min<uint64_t>(memory / 8, uint64_t{4} << 20));
  max_runs_ =
      static_cast<size_t>(std::clamp<uint64_t>(for_texts / kTextRunBytes, 4, kMostTextRuns));
  run_bytes_ = static_cast<size_t>(for_texts / (max_runs_ + 1));
  file_ = text::ScratchFile(folder_, file_buffer_bytes_);
}

// Where so many bytes of the buffer are free, or nullptr.
char* TextSorter::Room(size_t bytes) {
  if (chunks_used_ == 0 || chunk_used_ + bytes > kChunkBytes) {
    if (chunks_used_ == max_chunks_) return nullptr;
    if (chunks_used_ == chunks_.size()) {
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(kChunkBytes));
    }
    ++chunks_used_;
    chunk_used_ = 0;
  }
  return chunks_[chunks_used_ - 1].get() + chunk_used_;
}

void TextSorter::Add(std::string_view text) {
  if (entries_.size() == max_entries_) Spill();
  char* to = Room(text.size());
  if (to == nullptr) {
    Spill();
    to = Room(text.size());
  }
  // Growing by doubling would hold twice as much for a moment.
  if (entries_.size() == entries_.capacity() && entries_.size() > max_entries_ / 4) {
    entries_.reserve(max_entries_);
  }
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  chunk_used_ += text.size();
  entries_.emplace_back(std::string_view(to, text.size()));
}

void TextSorter::Spill() {
  SortTexts(entries_);
  const uint64_t begin = file_.size();
  for (const CachedText& entry : entries_) TextRun::Append(entry.text(), &file_);
  spilled_.emplace_back(begin, file_.size());
  entries_.clear();
  chunks_used_ = 0;
  chunk_used_ = kChunkBytes;
}

void TextSorter::Finish() {
  if (spilled_.empty()) return SortTexts(entries_);
  if (!entries_.empty()) Spill();
  std::vector<CachedText>().swap(entries_);
  chunks_.clear();
  file_.FinishWriting();
  while (spilled_.size() > max_runs_) MergeOnce();
  StartMerge(0, spilled_.size());
}

// Makes one run of every max_runs_ of them, in another file.
void TextSorter::MergeOnce() {
  text::ScratchFile merged(folder_, file_buffer_bytes_);
  std::vector<Bounds> bounds;
  for (size_t first = 0; first < spilled_.size(); first += max_runs_) {
    StartMerge(first, std::min(max_runs_, spilled_.size() - first));
    const uint64_t begin = merged.size();
    for (std::string_view text; NextMerged(&text);) TextRun::Append(text, &merged);
    bounds.emplace_back(begin, merged.size());
  }
  merged.FinishWriting();
  runs_.clear();
  file_ = std::move(merged);
  spilled_ = std::move(bounds);
}

void TextSorter::StartMerge(size_t first, size_t count) {
  runs_.clear();
  heap_.clear();
  is_started_ = false;
  for (size_t i = 0; i < count; ++i) {
    const auto [begin, end] = spilled_[first + i];
    runs_.emplace_back(&file_, begin, end, run_bytes_);
    if (runs_[i].Next()) heap_.push_back(i);
  }
  std::make_heap(heap_.begin(), heap_.end(),
                 [this](size_t a, size_t b) { return runs_[a].text() > runs_[b].text(); });
}

bool TextSorter::NextMerged(std::string_view* text) {
  const auto greater = [this](size_t a, size_t b) { return runs_[a].text() > runs_[b].text(); };
  if (is_started_ && !heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), greater);
    if (runs_[heap_.back()].Next()) {
      std::push_heap(heap_.begin(), heap_.end(), greater);
    } else {
      heap_.pop_back();
    }
  }
  is_started_ = true;
  if (heap_.empty()) return false;
  *text = runs_[heap_.front()].text();
  return true;
}

bool TextSorter::Next(std::string_view* text) {
  if (!spilled_.empty()) return NextMerged(text);
  if (entries_at_ == entries_.size()) return false;
  *text = entries_[entries_at_++].text();
  return true;
}

}  // namespace owt::dedup
