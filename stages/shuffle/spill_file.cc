#include "stages/shuffle/spill_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "pipeline/error.h"

namespace owt::shuffle {

namespace {

constexpr size_t kMaxPieces = 1024;  // IOV_MAX of Linux

// Drops the first `count` bytes of `pieces`.
std::span<iovec> Advance(std::span<iovec> pieces, size_t count) {
  while (!pieces.empty() && count >= pieces.front().iov_len) {
    count -= pieces.front().iov_len;
    pieces = pieces.subspan(1);
  }
  if (!pieces.empty()) {
    pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + count;
    pieces.front().iov_len -= count;
  }
  return pieces;
}

}  // namespace

std::string SpillFile::NameBeside(const std::string& output) {
  std::string path = output;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.rfind('/');
  const size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, name) + "." + path.substr(name) + ".shuffle";
}

SpillFile::~SpillFile() {
  if (fd_ < 0) return;
  if (!is_kept_) ::unlink(path_.c_str());
  ::close(fd_);
}

void SpillFile::Open(bool is_new) {
  for (;;) {
    const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) ThrowErrno(ErrorKind::kOutput, "cannot create the temporary file", path_);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd);
      throw Error(ErrorKind::kOutput,
                  "another run is shuffling to the same output; wait for it or name another output",
                  path_);
    }
    // A run that ended between our open and our lock has removed the name: take a new file then.
    struct stat opened, named;
    if (::fstat(fd, &opened) == 0 && ::lstat(path_.c_str(), &named) == 0 &&
        opened.st_ino == named.st_ino) {
      fd_ = fd;  // from here the destructor removes the file
      break;
    }
    ::close(fd);
  }
  if (is_new && ::ftruncate(fd_, 0) != 0) {
    ThrowErrno(ErrorKind::kOutput, "cannot empty what an earlier run left", path_);
  }
}

// Not std::call_once: where Open throws, the next thread waits for ever under the thread sanitizer.
void SpillFile::EnsureOpen(bool is_new) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (is_open_) return;
  Open(is_new);
  is_open_ = true;
}

SpillFile::Extent SpillFile::Reserve(uint64_t length) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Extent extent{end_, length};
  end_ += length;
  return extent;
}

void SpillFile::Write(Extent extent, std::span<iovec> pieces) {
  EnsureOpen(true);
  uint64_t offset = extent.offset;
  while (!pieces.empty()) {
    const int count = static_cast<int>(std::min(pieces.size(), kMaxPieces));
    const ssize_t written = ::pwritev(fd_, pieces.data(), count, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      ThrowErrno(ErrorKind::kOutput, "cannot write the temporary file", path_);
    }
    offset += static_cast<uint64_t>(written);
    pieces = Advance(pieces, static_cast<size_t>(written));
  }
}

void SpillFile::Read(Extent extent, char* to) const {
  uint64_t done = 0;
  while (done < extent.length) {
    const ssize_t count =
        ::pread(fd_, to + done, extent.length - done, static_cast<off_t>(extent.offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ThrowErrno(ErrorKind::kResource, "cannot read the temporary file", path_);
    if (count == 0) {
      throw Error(ErrorKind::kResource, "the temporary file was cut short by someone else", path_,
                  extent.offset + done);
    }
    done += static_cast<uint64_t>(count);
  }
}

void SpillFile::Sync() {
  if (::fdatasync(fd_) != 0) {
    ThrowErrno(ErrorKind::kOutput, "cannot write the temporary file", path_);
  }
  is_kept_ = true;
}

bool SpillFile::Reopen(uint64_t end) {
  struct stat info;
  if (::lstat(path_.c_str(), &info) != 0 || static_cast<uint64_t>(info.st_size) < end) return false;
  EnsureOpen(false);
  if (::ftruncate(fd_, static_cast<off_t>(end)) != 0) {
    ThrowErrno(ErrorKind::kOutput, "cannot cut the temporary file back", path_);
  }
  end_ = end;
  is_kept_ = true;
  return true;
}

void SpillFile::Release(Extent extent) const {
  if (is_kept_) return;
  // A file system that cannot (EOPNOTSUPP) keeps the blocks until the file goes: only space.
  (void)::fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(extent.offset), static_cast<off_t>(extent.length));
}

}  // namespace owt::shuffle
