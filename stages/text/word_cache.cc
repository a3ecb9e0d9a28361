#include "stages/text/word_cache.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

// Words are as frequent as their rank allows (Zipf), so the two places of a pair work like this: a
// new word takes the second place, where it is forgotten first, and one that comes again while it
// is there has shown that it belongs into the first.
//
// Pages of 2 MiB, where the system gives them: a processor drops a prefetch whose page it must look
// up. They must be asked for before the first touch. The whole room is asked for at once and
// touched as the cache grows, so that nothing moves but words: those of a pair go by one more bit
// of their hash.

namespace owt::text {
namespace {

constexpr size_t kFirstPairs = 8192;  // half a MiB, with which ordinary text does well

bool IsEmpty(const CachedWord& word) { return word.key == WordKey{}; }

}  // namespace

WordCache::WordCache(size_t max_bytes, Hash hash)
    : max_pairs_(max_bytes / sizeof(CachedPair)),
      num_pairs_(std::min(max_pairs_, kFirstPairs)),
      hash_(hash) {
  void* memory =
      mmap(nullptr, max_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, max_bytes, MADV_HUGEPAGE);
  pairs_ = static_cast<CachedPair*>(memory);
}

WordCache::~WordCache() {
  if (pairs_ != nullptr) munmap(pairs_, max_pairs_ * sizeof(CachedPair));
}

WordCache::WordCache(WordCache&& other) noexcept
    : pairs_(std::exchange(other.pairs_, nullptr)),
      max_pairs_(other.max_pairs_),
      num_pairs_(other.num_pairs_),
      num_moves_(other.num_moves_),
      hash_(other.hash_) {}

void WordCache::Grow() {
  if (num_moves_ <= num_pairs_ || num_pairs_ == max_pairs_) return;
  while (num_moves_ > num_pairs_ && num_pairs_ < max_pairs_) Double();
  num_moves_ = 0;
}

void WordCache::Double() {
  const uint64_t bit = num_pairs_ * sizeof(CachedPair);  // of the offset
  for (size_t i = 0; i < num_pairs_; ++i) {
    CachedPair& low = pairs_[i];
    CachedPair& high = pairs_[i + num_pairs_];
    for (CachedWord* word : {&low.first, &low.second}) {
      if (IsEmpty(*word) || (hash_(word->key) & bit) == 0) continue;
      (IsEmpty(high.first) ? high.first : high.second) = *word;
      *word = {};
    }
    if (IsEmpty(low.first)) std::swap(low.first, low.second);
  }
  num_pairs_ *= 2;
}

const CachedWord* WordCache::FindSecond(CachedPair* pair, const WordKey& key) {
  if (pair->second.key != key) return nullptr;
  std::swap(pair->first, pair->second);
  ++num_moves_;
  return &pair->first;
}

void WordCache::Insert(CachedPair* pair, const WordKey& key, const char* ids, size_t num_id_bytes) {
  CachedWord& word = IsEmpty(pair->first) ? pair->first : pair->second;
  word.key = key;
  std::memcpy(word.ids, ids, CachedWord::kMaxIdBytes);
  word.num_id_bytes = static_cast<uint16_t>(num_id_bytes);
  ++num_moves_;
}

}  // namespace owt::text
