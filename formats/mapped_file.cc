#include "formats/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <utility>

#include "pipeline/error.h"
#include "pipeline/fd.h"

namespace owt::formats {

MappedFile::MappedFile(std::string path) : path_(std::move(path)) {
  const Fd fd = Fd::OpenRead(path_);
  struct stat status;
  if (fstat(fd.get(), &status) < 0) ThrowErrno(ErrorKind::kInput, "cannot stat", path_);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::kInput, "is not a regular file, which is needed to map it", path_);
  }
  const size_t size = static_cast<size_t>(status.st_size);
  if (size == 0) return;
  void* data = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) ThrowErrno(ErrorKind::kInput, "cannot map into memory", path_);
  bytes_ = {static_cast<const char*>(data), size};
}

MappedFile::~MappedFile() { Unmap(); }

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    Unmap();
    path_ = std::move(other.path_);
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

void MappedFile::DropPages() const {
  // Best effort: it is only about memory.
  if (!bytes_.empty()) madvise(const_cast<char*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
}

void MappedFile::Unmap() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  bytes_ = {};
}

}  // namespace owt::formats
