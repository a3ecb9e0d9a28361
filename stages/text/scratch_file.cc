#include "stages/text/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "pipeline/error.h"

namespace owt::text {

ScratchFile::ScratchFile(std::string folder, size_t buffer_bytes)
    : folder_(folder.empty() ? "." : std::move(folder)), buffer_bytes_(buffer_bytes) {}

ScratchFile::~ScratchFile() {
  if (fd_ >= 0) close(fd_);
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      buffer_bytes_(other.buffer_bytes_),
      buffer_(std::move(other.buffer_)),
      written_(std::exchange(other.written_, 0)),
      fd_(std::exchange(other.fd_, -1)) {}

ScratchFile& ScratchFile::operator=(ScratchFile&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(buffer_bytes_, other.buffer_bytes_);
  std::swap(buffer_, other.buffer_);
  std::swap(written_, other.written_);
  std::swap(fd_, other.fd_);
  return *this;
}

void ScratchFile::Append(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > buffer_bytes_) Flush();
  if (buffer_.capacity() < buffer_bytes_) buffer_.reserve(buffer_bytes_);
  buffer_.append(bytes);
}

void ScratchFile::FinishWriting() {
  Flush();
  std::string().swap(buffer_);
}

size_t ScratchFile::ReadAt(uint64_t offset, char* out, size_t size) const {
  size_t done = 0;
  while (done < size && offset + done < written_) {
    const ssize_t got = pread(fd_, out + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) ThrowErrno(ErrorKind::kResource, "cannot read a temporary file", folder_);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

void ScratchFile::Flush() {
  if (buffer_.empty()) return;
  if (fd_ < 0) Open();
  size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t put = pwrite(fd_, buffer_.data() + done, buffer_.size() - done,
                               static_cast<off_t>(written_ + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) ThrowErrno(ErrorKind::kResource, "cannot write a temporary file", folder_);
    done += static_cast<size_t>(put);
  }
  written_ += buffer_.size();
  buffer_.clear();
}

void ScratchFile::Open() {
  fd_ = open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
    // A file system without O_TMPFILE: a name that lives for a moment.
    std::string name = folder_ + "/.owt-scratch-XXXXXX";
    fd_ = mkostemp(name.data(), O_CLOEXEC);
    if (fd_ >= 0) unlink(name.c_str());
  }
  if (fd_ < 0) ThrowErrno(ErrorKind::kResource, "cannot make a temporary file", folder_);
}

}  // namespace owt::text
