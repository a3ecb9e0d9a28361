#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "pipeline/large_pages.h"
#include "stages/langdetect/cld2_library.h"

// CLD2's tables in the form in which they are read here.
//
// A gram (four letters, a word, two Chinese characters) is a hash; the table of its kind has for
// some of them one or two packed words ("langs"): up to three languages, a byte each in bits 8 to
// 31 as numbers within the script, 0 for none, and in bits 0 to 7 which three scores they get.

namespace owt::langdetect {

// Four keys a bucket: the upper bits of each are of the hash, the lower ones say where the langs
// stand.
class GramTable {
 public:
  explicit GramTable(const CLD2::CLD2TableSummary& table);

  // Words of a copy.
  size_t copy_size() const { return bucket_words() + (langs_words_ + 3) / 4 * 4; }

  // Copies the table to `to` and reads the copy from now on. Returns where it ends.
  uint32_t* MoveTo(uint32_t* to);

  // The highest number of a language in any langs.
  uint32_t HighestNumber() const;

  // Whether every entry has one langs.
  bool IsPlain() const;

  bool empty() const { return buckets_ == nullptr; }

  // The entry of a hash of 32 bits (four letters, two Chinese characters), 0 if there is none.
  uint32_t FindShort(uint32_t hash) const { return Find(Bucket32(hash), hash); }

  // The same for a hash of 40 bits and more (words and pairs of words).
  uint32_t FindLong(uint64_t hash) const {
    return Find(Bucket(hash), static_cast<uint32_t>(hash >> 4));
  }

  void Prefetch(uint64_t hash) const { __builtin_prefetch(Bucket(hash)); }

  // False where FindLong finds nothing; true for one in 16 others too. In a nearer cache than the
  // table. REQUIRES: MakeSieve.
  bool MayHave(uint64_t hash) const {
    const uint32_t key = static_cast<uint32_t>(hash >> 4) >> key_shift_;
    return (sieve_[BucketNumber(hash)] >> key % 32 & 1) != 0;
  }

  void MakeSieve();

  void PrefetchShort(uint32_t hash) const { __builtin_prefetch(Bucket32(hash)); }

  // Where the langs of an entry stand.
  uint32_t Place(uint32_t entry) const { return entry & ~key_mask_; }

  void PrefetchLangs(uint32_t place) const { __builtin_prefetch(&langs_[place]); }

  // Whether a place, one of the few last, has two words.
  bool HasTwo(uint32_t place) const { return place >= places_of_one_; }

  // The first or only word at a place.
  uint32_t Langs(uint32_t place) const { return langs_[HasTwo(place) ? AtOfTwo(place) : place]; }

  // REQUIRES: HasTwo(place).
  uint32_t SecondLangs(uint32_t place) const { return langs_[AtOfTwo(place) + 1]; }

  // The langs of an entry where only one word is looked at; 0 for none.
  uint32_t OneLangs(uint32_t entry) const {
    return langs_[Place(entry)] & (0 - static_cast<uint32_t>(entry != 0));
  }

 private:
  uint32_t AtOfTwo(uint32_t place) const { return place + (place - places_of_one_); }

  const uint32_t* Bucket32(uint32_t hash) const {
    return buckets_ + size_t{4} * ((hash + (hash >> 12)) & bucket_mask_);
  }

  uint64_t BucketNumber(uint64_t hash) const { return (hash + (hash >> 12)) & bucket_mask_; }

  const uint32_t* Bucket(uint64_t hash) const { return buckets_ + 4 * BucketNumber(hash); }

  // The first of the four that has the key; all are looked at, which costs no branch.
  uint32_t Find(const uint32_t* bucket, uint32_t key) const {
#if defined(__SSE2__)
    const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bucket));
    const __m128i differ = _mm_and_si128(_mm_xor_si128(four, _mm_set1_epi32(static_cast<int>(key))),
                                         _mm_set1_epi32(static_cast<int>(key_mask_)));
    const __m128i equal = _mm_cmpeq_epi32(differ, _mm_setzero_si128());
    const auto which = static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(equal)));
    return bucket[std::countr_zero(which | 8)] & (0 - static_cast<uint32_t>(which != 0));
#else
    uint32_t found = 0;
    for (int i = 3; i >= 0; --i) found = ((bucket[i] ^ key) & key_mask_) == 0 ? bucket[i] : found;
    return found;
#endif
  }

  size_t bucket_words() const { return empty() ? 0 : 4 * (size_t{bucket_mask_} + 1); }

  const uint32_t* buckets_;
  const uint32_t* langs_;
  uint32_t bucket_mask_;
  uint32_t key_mask_;
  unsigned key_shift_;  // key_mask_'s lowest bit
  uint32_t places_of_one_;
  size_t langs_words_ = 0;
  std::vector<uint32_t>
      sieve_;  // of each bucket, a bit for the five lowest bits of each of its keys
};

// What is known of a script.
struct ScriptFacts {
  CLD2::ULScriptRType how;          // how its languages are told apart
  CLD2::Language default_language;  // the most common one
  uint32_t default_langs;           // a small weight for that one
  uint32_t group;                   // 0 Latin, 1 Cyrillic, 2 Arabic, 3 others
};

class Cld2Tables {
 public:
  // The tables of the linked library. The first call throws Error where they are not as expected.
  static const Cld2Tables& Get();

  GramTable quads, more_quads, words, distinct_words;
  bool quads_are_plain;  // each has one langs, and more_quads is empty
  GramTable han_grams, han_pairs, distinct_han_pairs;
  // No higher numbers get a score by the tables but han_grams, or by default_langs. A multiple of
  // kNumbersAtOnce (top_two.h).
  size_t num_scores = 0;
  std::array<uint32_t, 256> scores;  // three bytes: the scores of the three languages of a langs
  std::array<ScriptFacts, CLD2::NUM_ULSCRIPTS> scripts;
  // The language of a number within Latin, and within any other script.
  std::array<uint16_t, 256> latin_languages, other_languages;
  std::array<uint8_t, CLD2::NUM_LANGUAGES> close_sets;  // alike languages share a number; 0: none

  // The score of 1 KiB of a usual text in a language, in scripts of a group.
  int ExpectedScore(uint32_t language, uint32_t group) const {
    return CLD2::kAvgDeltaOctaScore[language * 4 + group];
  }

 private:
  Cld2Tables();
  void SetNumScores();

  // The tables that are read all over the place, on few large pages.
  std::vector<uint32_t, LargePages<uint32_t>> copies_;
};

}  // namespace owt::langdetect
