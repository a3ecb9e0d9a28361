#include "stages/text/word_cache.h"

#include <sys/mman.h>

#include <cstring>
#include <new>
#include <utility>

// Words are as frequent as their rank allows (Zipf), so the two places of a pair work like this: a
// new word takes the second place, where it is forgotten first, and one that comes again while it
// is there has shown that it belongs into the first.
//
// Pages of 2 MiB, where the system gives them: a processor drops a prefetch whose page it must look
// up. They must be asked for before the first touch.

namespace owt::text {

WordCache::WordCache(size_t bytes) : bytes_(bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, bytes, MADV_HUGEPAGE);
  pairs_ = static_cast<CachedPair*>(memory);
}

WordCache::~WordCache() {
  if (pairs_ != nullptr) munmap(pairs_, bytes_);
}

WordCache::WordCache(WordCache&& other) noexcept
    : pairs_(std::exchange(other.pairs_, nullptr)), bytes_(other.bytes_) {}

const CachedWord* WordCache::FindSecond(CachedPair* pair, const WordKey& key) {
  if (pair->second.key != key) return nullptr;
  std::swap(pair->first, pair->second);
  return &pair->first;
}

void WordCache::Insert(CachedPair* pair, const WordKey& key, const char* ids, size_t num_id_bytes) {
  CachedWord& word = pair->first.key == WordKey{} ? pair->first : pair->second;
  word.key = key;
  std::memcpy(word.ids, ids, num_id_bytes);
  word.num_id_bytes = static_cast<uint16_t>(num_id_bytes);
}

}  // namespace owt::text
