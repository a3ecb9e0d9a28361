#include "stages/text/first_seen_sink.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

#include "pipeline/fd.h"

namespace owt::text {
namespace {

constexpr size_t kKeysBuffer = size_t{1} << 20;
constexpr size_t kKeptBytes = size_t{1} << 20;

struct Entry {
  RecordKey key;
  uint64_t line_bytes;
};

static_assert(sizeof(Entry) == 24);

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

void FirstSeenSink::AppendEntry(RecordKey key, size_t line_bytes, std::string* aux) {
  *aux += BytesOf(Entry{key, line_bytes});
}

void FirstSeenSink::Put(const BatchResult& result) {
  std::string_view lines = result.bytes;
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
        DropDuplicate(entry.line_bytes);
        break;
      case Seen::kLater:
        SetAside(line);
        break;
    }
  }
  Flush();
}

// The flow counts the line as out, once, before or after this; the sums are right when it is asked.
void FirstSeenSink::DropDuplicate(size_t line_bytes) {
  --context_.tally.out;
  context_.tally.bytes_out -= line_bytes;
  context_.tally.Drop("duplicate");
}

void FirstSeenSink::SetAside(std::string_view line) {
  aside_.Append(BytesOf(uint64_t{line.size()}));
  aside_.Append(line);
}

void FirstSeenSink::Flush() {
  stream_.Put(kept_);
  kept_.Clear();
}

void FirstSeenSink::WriteAside() {
  aside_.FinishWriting();
  std::string line;
  uint64_t offset = 0;
  for (uint64_t i = 0; i < seen_.num_later(); ++i) {
    uint64_t size = 0;
    aside_.ReadAt(offset, reinterpret_cast<char*>(&size), sizeof(size));
    line.resize(size);
    aside_.ReadAt(offset + sizeof(size), line.data(), size);
    offset += sizeof(size) + size;
    if (!seen_.Next()) {
      DropDuplicate(size);
      continue;
    }
    kept_.bytes += line;
    ++kept_.tally.out;
    if (kept_.bytes.size() >= kKeptBytes) Flush();
  }
  Flush();
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
