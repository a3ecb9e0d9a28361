#include "pipeline/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/hash.h"

namespace owt {
namespace {

// Writeback is started this often, so that the final sync has little left to do.
constexpr uint64_t kWritebackBytes = uint64_t{8} << 20;

void RehashPrefix(const Fd& fd, uint64_t size, StreamHash* hash) {
  std::vector<char> block(1 << 20);
  for (uint64_t offset = 0; offset < size;) {
    const size_t want = static_cast<size_t>(std::min<uint64_t>(block.size(), size - offset));
    const size_t count = fd.ReadAt(block.data(), want, offset);
    if (count == 0) {
      throw Error(ErrorKind::kInput, "partial output is shorter than its journal says", fd.path());
    }
    hash->Update({block.data(), count});
    offset += count;
  }
}

}  // namespace

struct OutputFile::State {
  std::string path;
  std::string partial;  // empty for stdout
  Fd fd;
  StreamHash hash;
  uint64_t bytes = 0;
  uint64_t writeback_from = 0;
  bool keep = false;
  bool committed = false;
};

OutputFile::OutputFile(std::string path, uint64_t resume_at) : state_(std::make_unique<State>()) {
  state_->path = std::move(path);
  if (state_->path == "-") {
    state_->fd = Fd(dup(STDOUT_FILENO), "standard output");
    return;
  }
  const std::string folder = FolderOf(state_->path);
  if (!folder.empty() && !FileExists(folder)) {
    throw Error(ErrorKind::kOutput, "its folder does not exist; make it first", state_->path);
  }
  state_->partial = PartialPath(state_->path);
  state_->fd = Fd::OpenWrite(state_->partial);
  if (flock(state_->fd.get(), LOCK_EX | LOCK_NB) != 0) {
    state_->partial.clear();  // not ours to remove
    throw Error(ErrorKind::kOutput,
                "another run is writing this output; wait for it or choose another name",
                state_->path);
  }
  if (resume_at > 0) RehashPrefix(state_->fd, resume_at, &state_->hash);
  state_->fd.Truncate(resume_at);
  state_->fd.SeekTo(resume_at);
  state_->bytes = resume_at;
  state_->writeback_from = resume_at;
}

OutputFile::~OutputFile() {
  if (state_ == nullptr || state_->committed || state_->keep || state_->partial.empty()) return;
  unlink(state_->partial.c_str());
}

OutputFile::OutputFile(OutputFile&&) noexcept = default;

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

std::string OutputFile::PartialPath(const std::string& path) {
  return FolderOf(path) + "." + NameOf(path) + ".owt-partial";
}

void OutputFile::Write(std::string_view bytes) {
  state_->fd.Write(bytes);
  state_->hash.Update(bytes);
  state_->bytes += bytes.size();
  const uint64_t pending = state_->bytes - state_->writeback_from;
  if (pending >= kWritebackBytes && !state_->partial.empty()) {
    // Best effort: only the final sync promises anything.
    sync_file_range(state_->fd.get(), static_cast<off_t>(state_->writeback_from),
                    static_cast<off_t>(pending), SYNC_FILE_RANGE_WRITE);
    state_->writeback_from = state_->bytes;
  }
}

void OutputFile::Keep(std::vector<Fd>* unsynced) {
  state_->keep = true;
  if (!state_->partial.empty()) unsynced->push_back(state_->fd.Duplicate());
}

void OutputFile::Commit() {
  if (state_->partial.empty()) return;
  state_->fd.SyncData();
  if (rename(state_->partial.c_str(), state_->path.c_str()) != 0) {
    ThrowErrno(ErrorKind::kOutput, "cannot rename the finished file", state_->path);
  }
  state_->committed = true;
  SyncFolderOf(state_->path);
}

const std::string& OutputFile::path() const { return state_->path; }

uint64_t OutputFile::bytes() const { return state_->bytes; }

uint64_t OutputFile::xxh3() const { return state_->hash.digest(); }

void WriteFileAtomically(const std::string& path, std::string_view content) {
  OutputFile file(path);
  file.Write(content);
  file.Commit();
}

std::string ReadSmallFile(const std::string& path, uint64_t max_bytes) {
  Fd fd = Fd::OpenRead(path);
  const uint64_t size = fd.Size();
  if (size > max_bytes) throw Error(ErrorKind::kInput, "file is larger than expected", path);
  std::string content(static_cast<size_t>(size), '\0');
  size_t done = 0;
  while (done < content.size()) {
    const size_t count = fd.Read(content.data() + done, content.size() - done);
    if (count == 0) break;
    done += count;
  }
  content.resize(done);
  return content;
}

bool FileExists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

}  // namespace owt
