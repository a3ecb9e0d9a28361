#include "formats/record_source.h"

#include <algorithm>

#include "formats/warc.h"
#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr size_t kFirstBytes = 4096;      // shown to RecordKindOf
constexpr size_t kBeginningBytes = 1024;  // of a bad record, kept for the quarantine
constexpr size_t kReadBytes = size_t{1} << 18;

// End of the whole lines at the beginning of `bytes`, before the first that is longer than `limit`.
size_t EndOfLines(std::string_view bytes, bool at_end, uint64_t limit) {
  if (bytes.size() <= limit) {
    return at_end ? bytes.size() : bytes.rfind('\n') + 1;  // npos + 1 is 0
  }
  size_t end = 0;
  while (end < bytes.size()) {
    const size_t newline = std::min(bytes.find('\n', end), bytes.size());
    if (newline - end > limit || (newline == bytes.size() && !at_end)) break;
    end = std::min(newline + 1, bytes.size());
  }
  return end;
}

}  // namespace

RecordSource::RecordSource(RunContext& context, RecordKindOf kind_of)
    : context_(context), kind_of_(std::move(kind_of)), kinds_(context.inputs.size()) {
  PlanShard();
}

void RecordSource::PlanShard() {
  const Shard shard = context_.shard();
  uint64_t total = 0;
  for (const InputRecord& input : context_.inputs) total += std::max<uint64_t>(input.bytes, 1);
  const auto bound = [&](uint64_t i) {
    return static_cast<uint64_t>(static_cast<unsigned __int128>(total) * i / shard.count);
  };
  uint64_t start = 0;
  for (const InputRecord& input : context_.inputs) {
    if (shard.count > 1 && input.path == "-") {
      throw Error(ErrorKind::kUsage, "--shard needs files, not pipes", input.path);
    }
    const bool ours = bound(shard.index) <= start && start < bound(shard.index + 1);
    ours_.push_back(ours);
    if (ours) bytes_total_ += input.bytes;
    start += std::max<uint64_t>(input.bytes, 1);
  }
}

void RecordSource::Open() {
  const std::string& path = context_.inputs[file_].path;
  hash_ = std::make_shared<StreamHash>();
  const auto observer = [hash = hash_](std::string_view block) { hash->Update(block); };
  held_.clear();
  held_at_ = 0;
  offset_ = 0;
  at_end_ = corrupt_ = false;
  stream_ = OpenInput(path, {observer, context_.workers()});
  while (held().size() < kFirstBytes && ReadMore(kReadBytes)) {
  }
  kinds_[file_] = kind_of_(path, held().substr(0, kFirstBytes));
}

// Ends the current file; its hash goes with the batch.
void RecordSource::Close(Batch* batch) {
  if (at_end_ && !corrupt_) batch->file_xxh3 = hash_->digest();
  bytes_done_ += context_.inputs[file_].bytes;
  stream_.reset();
  ++file_;
}

// Adds up to `size` bytes to held_; false at the end. Corrupt input is the end of its file, not of
// the run: a corpus of a million files has some.
bool RecordSource::ReadMore(size_t size) {
  if (at_end_) return false;
  if (held_at_ > held_.size() / 2) {
    held_.erase(0, held_at_);
    held_at_ = 0;
  }
  const size_t before = held_.size();
  held_.resize(before + size);
  size_t count = 0;
  try {
    count = stream_->Read(held_.data() + before, size);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInput) throw;
    corrupt_ = true;
  }
  held_.resize(before + count);
  at_end_ = count == 0;
  return count > 0;
}

void RecordSource::Advance(size_t size) {
  held_at_ += size;
  offset_ += size;
}

// Passes over `size` bytes, or what there is of them.
void RecordSource::DropRecord(uint64_t size) {
  while (size > 0) {
    const size_t here = static_cast<size_t>(std::min<uint64_t>(size, held().size()));
    Advance(here);
    size -= here;
    if (size > 0 && !ReadMore(kReadBytes)) return;
  }
}

// Passes over the line at the beginning of what is held.
void RecordSource::DropLine() {
  size_t newline = std::string_view::npos;
  while ((newline = held().find('\n')) == std::string_view::npos) {
    Advance(held().size());
    if (!ReadMore(kReadBytes)) return;
  }
  Advance(newline + 1);
}

void RecordSource::SkipTo(uint64_t offset) {
  DropRecord(offset - offset_);
  if (offset_ < offset) {
    throw Error(ErrorKind::kInput, "file is shorter than when the run was interrupted",
                context_.inputs[file_].path);
  }
}

void RecordSource::Seek(const Position& position) {
  file_ = position.file;
  record_ = position.record;
  bytes_done_ = 0;
  stream_.reset();
  for (uint32_t i = 0; i < file_; ++i) {
    if (ours_[i]) bytes_done_ += context_.inputs[i].bytes;
  }
  if (file_ < context_.inputs.size() && position.offset > 0) {
    Open();
    SkipTo(position.offset);
  }
}

uint64_t RecordSource::bytes_read() const {
  return bytes_done_ + (stream_ == nullptr ? 0 : stream_->compressed_position());
}

void RecordSource::Refuse(Batch* batch, std::string_view reason, size_t size) {
  batch->bad.push_back(
      {offset_, reason, std::string(held().substr(0, std::min(size, kBeginningBytes)))});
}

void RecordSource::TakeFile(Batch* batch) {
  const uint64_t limit = context_.common.max_record_bytes;
  while (held().size() <= limit && ReadMore(kReadBytes)) {
  }
  if (corrupt_ || held().size() > limit) {
    Refuse(batch, corrupt_ ? "corrupt_input" : "too_large", held().size());
  } else {
    batch->bytes.Append(held());
  }
  Advance(held().size());
}

// Passes over what begins no record: blank lines silently, all else up to the next record as one
// bad record, however it comes in reads.
void RecordSource::SkipGarbage(Batch* batch) {
  const size_t blanks = std::min(held().find_first_not_of("\r\n"), held().size());
  if (blanks > 0) return Advance(blanks);
  // A line end with the beginning of a record may be cut by the end of what is held.
  constexpr size_t kLookBack = 6;
  while (held().size() < kBeginningBytes + kLookBack && ReadMore(kReadBytes)) {
  }
  size_t next = FindWarcRecord(held());
  Refuse(batch, "malformed_warc", next);
  while (next == std::string_view::npos) {
    Advance(held().size() - std::min(held().size(), kLookBack));
    if (!ReadMore(kReadBytes)) return Advance(held().size());
    next = FindWarcRecord(held());
  }
  Advance(next);
}

// Fills the batch with whole records or with bad ones; false where the file has no more.
bool RecordSource::TakeRecords(Batch* batch) {
  const bool lines = kinds_[file_] == RecordKind::kLines;
  const uint64_t limit = context_.common.max_record_bytes;
  while (held().size() < context_.batch_bytes() && ReadMore(kReadBytes)) {
  }
  while (!held().empty() || ReadMore(kReadBytes)) {
    WarcCut cut;
    if (lines) {
      cut.end = EndOfLines(held(), at_end_, limit);
    } else {
      cut = CutWarc(held(), at_end_, limit);
    }
    if (cut.end > 0) {
      batch->begin.offset = offset_;
      batch->bytes.Append(held().substr(0, cut.end));
      Advance(cut.end);
      return true;
    }
    if (cut.garbage && cut.next_size > 0) {
      Refuse(batch, "truncated_warc", held().size());
      Advance(held().size());
    } else if (cut.garbage) {
      SkipGarbage(batch);
    } else if (cut.next_size > limit || held().size() > limit) {
      Refuse(batch, "too_large", held().size());
      if (lines) {
        DropLine();
      } else {
        DropRecord(std::max<uint64_t>(cut.next_size, 1));
      }
    } else {
      ReadMore(std::max(kReadBytes, held().size()));  // at the end everything can be cut
    }
  }
  return !batch->bad.empty();
}

bool RecordSource::Next(Batch* batch) {
  while (file_ < context_.inputs.size()) {
    if (!ours_[file_]) {
      ++file_;
      continue;
    }
    if (stream_ == nullptr) Open();
    const RecordKind kind = kinds_[file_];
    if (kind == RecordKind::kNone) {
      stream_.reset();
      bytes_done_ += context_.inputs[file_].bytes;
      ++file_;
      continue;
    }
    batch->sequence = sequence_++;
    batch->begin = {file_, offset_, record_};
    batch->bytes.Clear();
    if (kind == RecordKind::kFile) {
      TakeFile(batch);
      batch->end = {file_ + 1, 0, ++record_};
      Close(batch);
      return true;
    }
    const bool more = TakeRecords(batch);
    if (!more && corrupt_) Refuse(batch, "corrupt_input", 0);
    record_ += batch->bad.size();
    batch->end = {file_, offset_, record_};
    if (!more) Close(batch);
    return true;
  }
  return false;
}

}  // namespace owt::formats
