#include "stages/text/word_cache.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>

#include "stages/text/text_kernel.h"

namespace owt::text {
namespace {

WordKey KeyOf(uint64_t number) { return {number, uint64_t{8} << 56}; }

CachedPair* PairOf(const WordCache& cache, WordCache::Hash hash, const WordKey& key) {
  char* const pairs = reinterpret_cast<char*>(cache.pairs());
  return reinterpret_cast<CachedPair*>(pairs + (hash(key) & cache.offset_mask()));
}

// What is found is what was put in, however often the cache has grown in between, and little is
// forgotten but what collided while it was small.
TEST(WordCache, GrowsWithoutMixingWordsUp) {
  for (const SimdTier tier : SimdTiers()) {
    const WordCache::Hash hash = TextKernelOf(tier).hash;
    WordCache cache(size_t{32} << 20, hash);
    const uint64_t first_mask = cache.offset_mask();
    std::mt19937_64 random(1);
    std::map<uint64_t, uint32_t> wanted;
    for (uint32_t i = 0; i < 200000; ++i) {
      const uint64_t number = random();
      wanted[number] = i;
      const WordKey key = KeyOf(number);
      char ids[CachedWord::kMaxIdBytes];
      std::memcpy(ids, &i, sizeof(i));
      cache.Insert(PairOf(cache, hash, key), key, ids, sizeof(i));
      if (i % 1000 == 0) cache.Grow();
    }
    EXPECT_GE(cache.offset_mask(), first_mask * 16);
    size_t num_found = 0;
    for (const auto& [number, value] : wanted) {
      CachedPair* const pair = PairOf(cache, hash, KeyOf(number));
      const CachedWord* word =
          pair->first.key == KeyOf(number) ? &pair->first : cache.FindSecond(pair, KeyOf(number));
      if (word == nullptr) continue;
      ++num_found;
      ASSERT_EQ(word->num_id_bytes, sizeof(value));
      ASSERT_EQ(std::memcmp(word->ids, &value, sizeof(value)), 0);
    }
    EXPECT_GT(num_found, wanted.size() * 2 / 3) << SimdTierName(tier);
  }
}

TEST(WordCache, StaysWithinItsBytes) {
  const WordCache::Hash hash = TextKernelOf(SimdTier::kScalar).hash;
  WordCache cache(4096, hash);
  for (uint64_t number = 1; number < 10000; ++number) {
    const WordKey key = KeyOf(number);
    const char ids[CachedWord::kMaxIdBytes] = {};
    cache.Insert(PairOf(cache, hash, key), key, ids, 0);
    cache.Grow();
    ASSERT_EQ(cache.offset_mask(), 4096 - sizeof(CachedPair));
  }
}

// A word that comes again while it is in the second place takes the first.
TEST(WordCache, SecondPlaceMovesUp) {
  const WordCache::Hash hash = TextKernelOf(SimdTier::kScalar).hash;
  WordCache cache(4096, hash);
  CachedPair* const pair = cache.pairs();
  const char ids[2 + CachedWord::kMaxIdBytes] = "abc";
  cache.Insert(pair, KeyOf(1), ids, 1);
  cache.Insert(pair, KeyOf(2), ids + 1, 1);
  cache.Insert(pair, KeyOf(3), ids + 2, 1);  // takes the place of 2
  EXPECT_EQ(cache.FindSecond(pair, KeyOf(2)), nullptr);
  const CachedWord* word = cache.FindSecond(pair, KeyOf(3));
  ASSERT_NE(word, nullptr);
  EXPECT_EQ(word->ids[0], 'c');
  EXPECT_EQ(pair->first.key, KeyOf(3));
  EXPECT_EQ(pair->second.key, KeyOf(1));
}

}  // namespace
}  // namespace owt::text
