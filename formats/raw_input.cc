#include "formats/raw_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr size_t kPeekBytes = size_t{256} << 10;

// Linux reads at most 0x7ffff000 bytes at once anyway.
constexpr size_t kMaxReadBytes = size_t{1} << 30;

}  // namespace

RawInput::RawInput(const std::string& path, uint64_t offset, RawObserver observer)
    : name_(path == "-" ? "<stdin>" : path),
      is_stdin_(path == "-"),
      fd_(is_stdin_ ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      position_(offset),
      observer_(std::move(observer)) {
  if (fd_ < 0) ThrowErrno(ErrorKind::kInput, "cannot open", name_);

  struct stat status {};

  // stdin is read from where it stands, even if it is a file.
  if (!is_stdin_ && ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode)) {
    is_regular_ = true;
    size_ = static_cast<uint64_t>(status.st_size);
    ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
}

RawInput::~RawInput() {
  if (!is_stdin_) ::close(fd_);
}

Compression RawInput::Detect() {
  std::string head(kMagicBytes, '\0');
  size_t size = 0;
  while (size < head.size()) {
    const size_t got = ReadFromFile(head.data() + size, head.size() - size);
    if (got == 0) break;
    size += got;
    if (is_regular_) position_ += got;
  }
  head.resize(size);
  if (is_regular_) {
    position_ -= size;
  } else {
    head_ = head;
  }
  return DetectCompression(head);
}

size_t RawInput::Read(char* out, size_t size) {
  size_t got = 0;
  if (!head_.empty()) {
    got = std::min(size, head_.size());
    std::memcpy(out, head_.data(), got);
    head_.erase(0, got);
  } else {
    got = ReadFromFile(out, size);
  }
  position_ += got;
  if (observer_ && got > 0) observer_({out, got});
  return got;
}

std::string_view RawInput::Peek() {
  if (peeked_.empty()) {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kPeekBytes);
    const size_t got = Read(buffer_.get(), kPeekBytes);
    position_ -= got;
    peeked_ = {buffer_.get(), got};
  }
  return peeked_;
}

void RawInput::Consume(size_t size) {
  peeked_.remove_prefix(size);
  position_ += size;
}

void RawInput::FailAt(uint64_t position, const std::string& message) const {
  throw Error(ErrorKind::kInput, message, name_, position);
}

size_t RawInput::ReadFromFile(char* out, size_t size) {
  size = std::min(size, kMaxReadBytes);
  for (;;) {
    const ssize_t got = is_regular_ ? ::pread(fd_, out, size, static_cast<off_t>(position_))
                                    : ::read(fd_, out, size);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) ThrowErrno(ErrorKind::kInput, "cannot read", name_);
  }
}

}  // namespace owt::formats
