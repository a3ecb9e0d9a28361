#include "stages/text/first_seen_sink.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "pipeline/fd.h"
#include "pipeline/side_file.h"

namespace owt::text {
namespace {

constexpr std::string_view kDuplicate = "duplicate";
constexpr size_t kKeysBuffer = size_t{1} << 20;
constexpr size_t kKeptBytes = size_t{1} << 20;

constexpr uint64_t kNoLine = ~uint64_t{0};

// In front of what waits in aside_: a line of the output, or kNoLine for a record that is dropped
// anyway; then the line of --dropped, for the case that it is.
struct Waiting {
  uint64_t line_bytes;
  uint64_t dropped_bytes;
  uint64_t changed;
};

// The folder of the output; /tmp or $TMPDIR for stdout.
std::string ScratchFolder(const RunContext& context) {
  if (context.output != "-") return FolderOf(context.output);
  const char* folder = std::getenv("TMPDIR");
  return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
}

template <class T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

}  // namespace

FirstSeenSink::FirstSeenSink(RunContext& context, std::string part_suffix)
    : context_(context),
      stream_(context, std::move(part_suffix)),
      seen_(ScratchFolder(context), context.memory_bytes() / 2),
      aside_(ScratchFolder(context), size_t{1} << 20) {}

void FirstSeenSink::AppendEntry(const Entry& entry, std::string* aux) { *aux += BytesOf(entry); }

void FirstSeenSink::Put(BatchResult& result) {
  std::string_view lines = result.bytes;
  uint64_t duplicates = 0;
  later_.clear();
  for (size_t at = 0; at < result.aux.size(); at += sizeof(Entry)) {
    Entry entry;
    std::memcpy(&entry, result.aux.data() + at, sizeof(entry));
    const std::string_view line = lines.substr(0, entry.line_bytes);
    lines.remove_prefix(entry.line_bytes);
    switch (seen_.Add(entry.key)) {
      case Seen::kFirst:
        kept_.bytes += line;
        ++kept_.tally.out;
        KeepKey(entry.key);
        break;
      case Seen::kAgain:
        ++duplicates;
        result.tally.changed -= entry.changed;
        if (ListsDropped()) result.notes.push_back({entry.begin, entry.end, kDuplicate, false});
        break;
      case Seen::kLater:
        later_.push_back({entry, line});
        break;
    }
  }
  result.tally.out -= duplicates;
  if (duplicates > 0) result.tally.Drop(kDuplicate, duplicates);
  if (seen_.num_later() > 0) SetAside(&result);
  stream_.Put(kept_);
  result.bytes.swap(kept_.bytes);  // the flow counts what is written
  kept_.Clear();
}

bool FirstSeenSink::ListsDropped() const {
  return context_.dropped != nullptr && context_.dropped->wanted();
}

// Takes the notes of dropped records from `begin` on out of the result, in their order.
std::vector<RecordNote> FirstSeenSink::TakeDropped(size_t begin, BatchResult* result) const {
  std::vector<RecordNote> taken;
  if (!ListsDropped()) return taken;
  std::erase_if(result->notes, [&](const RecordNote& note) {
    if (note.bad || note.begin < begin) return false;
    taken.push_back(note);
    return true;
  });
  std::sort(taken.begin(), taken.end(),
            [](const RecordNote& a, const RecordNote& b) { return a.begin < b.begin; });
  return taken;
}

// The lines in later_ count as out until Commit knows better.
void FirstSeenSink::SetAside(BatchResult* result) {
  const bool is_first = aside_.size() == 0;
  const auto dropped = TakeDropped(is_first ? later_.front().entry.begin : 0, result);
  auto note = dropped.begin();
  for (const Later& later : later_) {
    for (; note != dropped.end() && note->begin < later.entry.begin; ++note) {
      AppendAside(nullptr, *note, *result->batch);
    }
    AppendAside(&later, {later.entry.begin, later.entry.end, kDuplicate, false}, *result->batch);
  }
  for (; note != dropped.end(); ++note) AppendAside(nullptr, *note, *result->batch);
}

void FirstSeenSink::AppendAside(const Later* later, const RecordNote& note, const Batch& batch) {
  std::string dropped;
  if (ListsDropped()) AppendNoteLine(context_, batch, note, &dropped);
  aside_.Append(BytesOf(Waiting{later == nullptr ? kNoLine : later->line.size(), dropped.size(),
                                later == nullptr ? 0 : later->entry.changed}));
  if (later != nullptr) aside_.Append(later->line);
  aside_.Append(dropped);
}

void FirstSeenSink::Flush() {
  stream_.Put(kept_);
  context_.tally.bytes_out += kept_.bytes.size();
  kept_.Clear();
}

void FirstSeenSink::WriteAside() {
  aside_.FinishWriting();
  std::string texts;
  std::string dropped;
  for (uint64_t offset = 0; offset < aside_.size(); offset += texts.size()) {
    Waiting waiting;
    aside_.ReadAt(offset, reinterpret_cast<char*>(&waiting), sizeof(waiting));
    offset += sizeof(waiting);
    const bool has_line = waiting.line_bytes != kNoLine;
    const size_t line_bytes = has_line ? waiting.line_bytes : 0;
    texts.resize(line_bytes + waiting.dropped_bytes);
    aside_.ReadAt(offset, texts.data(), texts.size());
    if (has_line && seen_.Next()) {
      kept_.bytes.append(texts, 0, line_bytes);
      ++kept_.tally.out;
      if (kept_.bytes.size() >= kKeptBytes) Flush();
      continue;
    }
    if (has_line) {
      --context_.tally.out;
      context_.tally.changed -= waiting.changed;
      context_.tally.Drop(kDuplicate);
    }
    dropped.append(texts, line_bytes);
    if (dropped.size() < kKeptBytes) continue;
    context_.dropped->Write(dropped);
    dropped.clear();
  }
  Flush();
  if (!dropped.empty()) context_.dropped->Write(dropped);
}

void FirstSeenSink::Commit() {
  if (seen_.num_later() > 0) {
    seen_.Finish();
    WriteAside();
  }
  stream_.Commit();
  keys_file_.reset();
  if (context_.output != "-") unlink(OutputFile::PartialPath(KeysPath()).c_str());
}

// --- resuming
// --------------------------------------------------------------------------------------

std::string FirstSeenSink::KeysPath() const {
  return FolderOf(context_.output) + NameOf(context_.output) + ".keys";
}

void FirstSeenSink::KeepKey(RecordKey key) {
  if (context_.output == "-") return;
  keys_ += BytesOf(key);
  if (keys_.size() >= kKeysBuffer) WriteKeys();
}

void FirstSeenSink::WriteKeys() {
  if (keys_file_ == nullptr) keys_file_ = std::make_unique<OutputFile>(KeysPath());
  keys_file_->Write(keys_);
  keys_.clear();
}

std::string FirstSeenSink::Checkpoint(std::vector<Fd>* unsynced) {
  if (context_.output == "-" || seen_.num_later() > 0) return {};
  WriteKeys();
  keys_file_->Keep(unsynced);
  const std::string stream = stream_.Checkpoint(unsynced);
  if (stream.empty()) return stream;
  return fmt::format("{} {} {}", keys_file_->bytes(), keys_file_->xxh3(), stream);
}

bool FirstSeenSink::Restore(const std::string& state) {
  std::istringstream words(state);
  uint64_t bytes = 0;
  uint64_t xxh3 = 0;
  std::string stream;
  if (!(words >> bytes >> xxh3) || words.get() != ' ' || !std::getline(words, stream)) return false;
  if (LoadKeys(bytes, xxh3) && stream_.Restore(stream)) return true;
  seen_ = FirstSeen(ScratchFolder(context_), context_.memory_bytes() / 2);
  keys_file_.reset();
  return false;
}

// False where the file is not what the journal says, or the memory is less than it was.
bool FirstSeenSink::LoadKeys(uint64_t bytes, uint64_t xxh3) {
  const std::string path = OutputFile::PartialPath(KeysPath());
  if (!FileExists(path) || Fd::OpenRead(path).Size() < bytes) return false;
  keys_file_ = std::make_unique<OutputFile>(KeysPath(), bytes);
  if (keys_file_->xxh3() != xxh3) return false;
  const Fd keys = Fd::OpenRead(path);
  RecordKey block[4096];
  for (uint64_t offset = 0; offset < bytes;) {
    const size_t got = keys.ReadAt(reinterpret_cast<char*>(block), sizeof(block), offset);
    if (got == 0 || got % sizeof(RecordKey) != 0) return false;
    for (size_t i = 0; i < got / sizeof(RecordKey); ++i) {
      if (seen_.Add(block[i]) == Seen::kLater) return false;
    }
    offset += got;
  }
  return true;
}

}  // namespace owt::text
