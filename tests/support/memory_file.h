#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace owt::tests {

// A file in memory with a path.
class MemoryFile {
 public:
  MemoryFile(const char* name, const void* bytes, size_t size) : fd_(memfd_create(name, 0)) {
    if (fd_ < 0 || (size != 0 && write(fd_, bytes, size) != static_cast<ssize_t>(size))) abort();
  }

  ~MemoryFile() { close(fd_); }

  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace owt::tests
