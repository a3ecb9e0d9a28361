#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>

namespace owt {

// Memory between two pages that cannot be read or written: a step outside is a crash.
class GuardedMemory {
 public:
  // `size` is rounded up to whole pages.
  explicit GuardedMemory(size_t size) : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    size_ = (size + page_ - 1) / page_ * page_;
    void* memory = mmap(nullptr, size_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    begin_ = static_cast<char*>(memory) + page_;
    mprotect(begin_, size_, PROT_READ | PROT_WRITE);
  }

  ~GuardedMemory() { munmap(begin_ - page_, size_ + 2 * page_); }

  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  // A copy of `text` right behind the first guard, or right before the second.
  // REQUIRES: it fits. Lives until the next call.
  std::string_view AtBegin(std::string_view text) { return Put(begin_, text); }

  std::string_view AtEnd(std::string_view text) { return Put(begin_ + size_ - text.size(), text); }

 private:
  static std::string_view Put(char* at, std::string_view text) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

  size_t page_;
  size_t size_;
  char* begin_;
};

}  // namespace owt
