#include "pipeline/fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "pipeline/error.h"

namespace owt {
namespace {

template <class Call>
auto Retry(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

Fd::Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
  }
  return *this;
}

Fd::~Fd() { Close(); }

Fd Fd::OpenRead(const std::string& path) {
  const int fd = Retry([&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC); });
  if (fd < 0) ThrowErrno(ErrorKind::kInput, "cannot open for reading", path);
  return Fd(fd, path);
}

Fd Fd::OpenWrite(const std::string& path) {
  const int fd = Retry([&] { return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666); });
  if (fd < 0) ThrowErrno(ErrorKind::kOutput, "cannot open for writing", path);
  return Fd(fd, path);
}

size_t Fd::Read(char* out, size_t size) {
  const ssize_t count = Retry([&] { return read(fd_, out, size); });
  if (count < 0) ThrowErrno(ErrorKind::kInput, "cannot read", path_);
  return static_cast<size_t>(count);
}

size_t Fd::ReadAt(char* out, size_t size, uint64_t offset) const {
  const ssize_t count = Retry([&] { return pread(fd_, out, size, static_cast<off_t>(offset)); });
  if (count < 0) ThrowErrno(ErrorKind::kInput, "cannot read", path_);
  return static_cast<size_t>(count);
}

void Fd::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = Retry([&] { return write(fd_, bytes.data(), bytes.size()); });
    if (count < 0) ThrowErrno(ErrorKind::kOutput, "cannot write", path_);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

void Fd::Truncate(uint64_t size) {
  if (Retry([&] { return ftruncate(fd_, static_cast<off_t>(size)); }) < 0) {
    ThrowErrno(ErrorKind::kOutput, "cannot truncate", path_);
  }
}

void Fd::SeekTo(uint64_t offset) {
  if (lseek(fd_, static_cast<off_t>(offset), SEEK_SET) < 0) {
    ThrowErrno(ErrorKind::kInput, "cannot seek", path_);
  }
}

uint64_t Fd::Size() const {
  struct stat status;
  if (fstat(fd_, &status) < 0) ThrowErrno(ErrorKind::kInput, "cannot stat", path_);
  return static_cast<uint64_t>(status.st_size);
}

void Fd::SyncData() {
  if (Retry([&] { return fdatasync(fd_); }) < 0 && errno != EINVAL) {
    ThrowErrno(ErrorKind::kOutput, "cannot sync to disk", path_);
  }
}

Fd Fd::Duplicate() const {
  const int fd = Retry([&] { return fcntl(fd_, F_DUPFD_CLOEXEC, 0); });
  if (fd < 0) ThrowErrno(ErrorKind::kResource, "cannot duplicate the descriptor", path_);
  return Fd(fd, path_);
}

void Fd::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

void SyncFolderOf(const std::string& path) {
  const std::string folder = FolderOf(path);
  const int fd = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) ThrowErrno(ErrorKind::kOutput, "cannot open the folder", path);
  Fd owner(fd, folder);
  if (fsync(fd) < 0 && errno != EINVAL) {
    ThrowErrno(ErrorKind::kOutput, "cannot sync the folder", path);
  }
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

std::string NameOf(const std::string& path) { return path.substr(FolderOf(path).size()); }

}  // namespace owt
