#include "formats/line_source.h"

#include <algorithm>
#include <cstring>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr size_t kKeptLineBytes = 1024;  // of a line too large, kept for the quarantine

// Index behind the last '\n', or npos.
size_t EndOfLastLine(std::string_view bytes) {
  const void* newline = memrchr(bytes.data(), '\n', bytes.size());
  if (newline == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(newline) - bytes.data()) + 1;
}

uint64_t CountLines(std::string_view bytes) {
  const auto newlines = static_cast<uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  return newlines + (!bytes.empty() && bytes.back() != '\n');
}

}  // namespace

LineSource::LineSource(RunContext& context, bool count_lines)
    : context_(context),
      count_lines_(count_lines),
      batch_bytes_(static_cast<size_t>(
          std::min<uint64_t>(context.batch_bytes(), context.common.max_record_bytes))) {
  PlanShard();
}

void LineSource::PlanShard() {
  const Shard shard = context_.shard();
  uint64_t total = 0;
  for (const InputRecord& input : context_.inputs) total += input.bytes;
  const auto bound = [&](uint64_t i) {
    return static_cast<uint64_t>(static_cast<unsigned __int128>(total) * i / shard.count);
  };
  const uint64_t low = bound(shard.index);
  const uint64_t high = bound(shard.index + 1);
  uint64_t start = 0;
  for (const InputRecord& input : context_.inputs) {
    Range range;
    const InputInfo info = ProbeInput(input.path);
    if (shard.count > 1 && !info.is_regular) {
      throw Error(ErrorKind::kUsage, "--shard needs files, not pipes", input.path);
    }
    range.is_plain = info.is_plain;
    const uint64_t stop = start + input.bytes;
    if (shard.count > 1 && info.is_plain) {
      range.begin = std::clamp(low, start, stop) - start;
      range.end = std::clamp(high, start, stop) - start;
      range.skip = range.begin >= range.end;
      if (range.end == input.bytes) range.end = ~uint64_t{0};
      bytes_total_ += range.skip ? 0 : std::min(high, stop) - std::max(low, start);
    } else {
      range.skip = shard.count > 1 && !(low <= start && start < high);
      bytes_total_ += range.skip ? 0 : input.bytes;
    }
    ranges_.push_back(range);
    start = stop;
  }
}

void LineSource::Open(uint64_t offset) {
  const InputRecord& input = context_.inputs[file_];
  const Range& range = ranges_[file_];
  hash_ = std::make_shared<StreamHash>();
  hash_whole_ = range.begin == 0 && range.end == ~uint64_t{0};
  const auto observer = [hash = hash_](std::string_view block) { hash->Update(block); };
  at_end_of_file_ = false;
  carry_.clear();
  if (range.is_plain && offset > 0 && !hash_whole_) {
    stream_ = OpenPlainAt(input.path, offset);
    offset_ = offset;
    return;
  }
  stream_ = OpenInput(input.path,
                      {hash_whole_ ? RawObserver(observer) : RawObserver(), context_.workers()});
  offset_ = 0;
  if (offset > 0) SkipTo(offset);
}

void LineSource::SkipTo(uint64_t offset) {
  std::string scratch(1 << 18, '\0');
  while (offset_ < offset) {
    const size_t want = static_cast<size_t>(std::min<uint64_t>(scratch.size(), offset - offset_));
    const size_t count = stream_->Read(scratch.data(), want);
    if (count == 0) {
      throw Error(ErrorKind::kInput, "file is shorter than when the run was interrupted",
                  context_.inputs[file_].path);
    }
    offset_ += count;
  }
}

void LineSource::Seek(const Position& position) {
  file_ = position.file;
  record_ = position.record;
  bytes_done_ = 0;
  for (uint32_t i = 0; i < file_; ++i) {
    if (!ranges_[i].skip) bytes_done_ += context_.inputs[i].bytes;
  }
  stream_.reset();
  if (file_ < context_.inputs.size()) Open(position.offset);
}

uint64_t LineSource::bytes_read() const {
  if (stream_ == nullptr) return bytes_done_;
  const uint64_t position = stream_->compressed_position();
  const Range& range = ranges_[file_];
  return bytes_done_ + (range.is_plain ? position - std::min(position, range.begin) : position);
}

// Reads until the batch holds whole lines; returns how many of its bytes they are.
size_t LineSource::Fill(Batch* batch) {
  Buffer& bytes = batch->bytes;
  const Range& range = ranges_[file_];
  while (true) {
    if (offset_ >= range.end) {
      // The last line that begins before range.end ends at the first '\n' from range.end - 1 on.
      const uint64_t begin = batch->begin.offset;
      const size_t from = static_cast<size_t>(range.end > begin ? range.end - 1 - begin : 0);
      const size_t newline = bytes.view().find('\n', from);
      if (newline != std::string_view::npos) {
        at_end_of_file_ = true;
        return newline + 1;
      }
    }
    const size_t held = bytes.size();
    // At most half as much again, so that only the first line can be too large.
    const size_t want =
        held < batch_bytes_ / 2 ? batch_bytes_ - held : std::max<size_t>(1, (held + 1) / 2);
    bytes.Reserve(held + want);
    const size_t count = stream_->Read(bytes.data() + held, want);
    bytes.Resize(held + count);
    offset_ += count;
    if (count == 0) {
      at_end_of_file_ = true;
      return bytes.size();
    }
    if (offset_ < range.end && bytes.size() >= batch_bytes_) {
      const size_t end = EndOfLastLine(bytes.view());
      if (end != std::string_view::npos) return end;
    }
    if (bytes.size() > context_.common.max_record_bytes) {
      const size_t end = EndOfLastLine(bytes.view());
      if (end != std::string_view::npos) return end;
      DropRestOfLine(batch);
      return 0;
    }
  }
}

// The batch holds the beginning of one line that is too large: refuses it and goes to its end.
void LineSource::DropRestOfLine(Batch* batch) {
  Buffer& bytes = batch->bytes;
  batch->bad.push_back(
      {batch->begin.offset, "too_large", std::string(bytes.view().substr(0, kKeptLineBytes))});
  bytes.Reserve(batch_bytes_);
  while (true) {
    const size_t count = stream_->Read(bytes.data(), bytes.capacity());
    offset_ += count;
    if (count == 0) {
      at_end_of_file_ = true;
      break;
    }
    const void* newline = std::memchr(bytes.data(), '\n', count);
    if (newline == nullptr) continue;
    const size_t behind = static_cast<size_t>(static_cast<const char*>(newline) - bytes.data()) + 1;
    carry_.assign(bytes.data() + behind, count - behind);
    break;
  }
  bytes.Clear();
}

// Keeps the first `lines_end` bytes and carries the rest over. A first line that is too large (the
// only one that can be) becomes a bad record, and all behind it is carried over.
void LineSource::TakeLines(size_t lines_end, Batch* batch) {
  Buffer& bytes = batch->bytes;
  if (lines_end > context_.common.max_record_bytes) {
    const size_t length = std::min(bytes.view().find('\n'), lines_end);
    if (length > context_.common.max_record_bytes) {
      batch->bad.push_back(
          {batch->begin.offset, "too_large", std::string(bytes.view().substr(0, kKeptLineBytes))});
      carry_.assign(bytes.view().substr(std::min(length + 1, bytes.size())));
      bytes.Clear();
      if (!carry_.empty()) at_end_of_file_ = false;
      return;
    }
  }
  carry_.assign(bytes.view().substr(lines_end));
  bytes.Resize(lines_end);
}

bool LineSource::Next(Batch* batch) {
  while (file_ < context_.inputs.size()) {
    if (stream_ == nullptr) {
      const Range& range = ranges_[file_];
      if (range.skip) {
        ++file_;
        continue;
      }
      Open(range.begin > 0 ? range.begin - 1 : 0);
      if (range.begin > 0) {
        // Our first line begins behind the first '\n' from range.begin - 1 on.
        batch->begin = {file_, offset_, record_};
        batch->bytes.Clear();
        DropRestOfLine(batch);
        batch->bad.clear();
      }
    }
    if (offset_ - carry_.size() >= ranges_[file_].end) at_end_of_file_ = true;
    if (at_end_of_file_) {
      bytes_done_ += ranges_[file_].is_plain && !hash_whole_ ? 0 : context_.inputs[file_].bytes;
      stream_.reset();
      ++file_;
      continue;
    }
    batch->sequence = sequence_++;
    batch->begin = {file_, offset_ - carry_.size(), record_};
    batch->bytes.Clear();
    batch->bytes.Append(carry_);
    carry_.clear();
    const size_t lines_end = Fill(batch);
    if (batch->bad.empty()) TakeLines(lines_end, batch);
    record_ += batch->bad.size();
    if (count_lines_) record_ += CountLines(batch->bytes.view());
    batch->end = {file_, offset_ - carry_.size(), record_};
    if (at_end_of_file_ && hash_whole_) batch->file_xxh3 = hash_->digest();
    return true;
  }
  return false;
}

}  // namespace owt::formats
