#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace owt {

inline constexpr size_t kLargePageBytes = size_t{2} << 20;

// An allocator for arrays that are read all over the place: what is larger than 2 MiB lies in pages
// of that size, where the system gives them, so that the processor misses fewer translations of
// addresses, and prefetches do not wait for one.
template <class T>
struct LargePages {
  using value_type = T;

  LargePages() = default;

  template <class Other>
  explicit LargePages(const LargePages<Other>&) {}

  bool operator==(const LargePages&) const = default;

  T* allocate(size_t count) {
    constexpr size_t kPage = kLargePageBytes;
    const size_t bytes = count * sizeof(T);
    const size_t alignment = bytes < kPage ? alignof(std::max_align_t) : kPage;
    const size_t rounded = (bytes + alignment - 1) & ~(alignment - 1);
    void* const memory = std::aligned_alloc(alignment, rounded);
    if (memory == nullptr) throw std::bad_alloc();
    // Best effort, and before the first touch.
    if (alignment == kPage) madvise(memory, rounded, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }

  void deallocate(T* memory, size_t) { std::free(memory); }
};

}  // namespace owt
