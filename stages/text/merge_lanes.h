#pragma once

// For encode_words_avx2.cc and encode_part_avx2.cc alone, with the caution of piece_starts.h.
//
// Short texts with all their pairs in registers: the least one, its place and what becomes of its
// neighbours are found without a branch that a processor cannot foresee. One merge is a chain of
// some 90 cycles, in which each instruction waits for the one before, but of no more than 60
// instructions. So several texts take turns: while one waits, the others' instructions run. A text
// with nothing left to merge goes on idly until the last one is done.
#include <immintrin.h>

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "stages/text/word_merges.h"

namespace owt::text {

// rows[i]: lane i alone.
template <unsigned kLanes>
struct LaneRows {
  alignas(32) uint16_t rows[kLanes][kLanes] = {};
};

template <unsigned kLanes>
inline constexpr LaneRows<kLanes> kLaneRows = [] {
  LaneRows<kLanes> all{};
  for (unsigned i = 0; i < kLanes; ++i) all.rows[i][i] = 0xFFFF;
  return all;
}();

// of_bits[b]: the shuffle that puts the 16-bit numbers whose bits are set in b side by side.
struct Compressions {
  alignas(16) uint8_t of_bits[256][16];
};

inline constexpr Compressions kCompressions = [] {
  Compressions all{};
  for (unsigned bits = 0; bits < 256; ++bits) {
    unsigned count = 0;
    for (uint8_t i = 0; i < 8; ++i) {
      if ((bits >> i & 1) == 0) continue;
      all.of_bits[bits][count++] = static_cast<uint8_t>(2 * i);
      all.of_bits[bits][count++] = static_cast<uint8_t>(2 * i + 1);
    }
  }
  return all;
}();

// The ids of 32 bytes. Their order is that of GPT-2's table: what is printable in Latin-1, then the
// rest. Each step says what the ids from one byte value on are ahead of those below.
inline __m256i ByteIds(__m256i bytes) {
  const auto from = [&](int first, int ahead) {
    const __m256i least = _mm256_set1_epi8(static_cast<char>(first));
    const __m256i is_from = _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, least), bytes);
    return _mm256_and_si256(is_from, _mm256_set1_epi8(static_cast<char>(ahead)));
  };
  const __m256i low = _mm256_add_epi8(from(33, -221), from(127, 127));
  const __m256i high =
      _mm256_add_epi8(_mm256_add_epi8(from(161, -161), from(173, 149)), from(174, -150));
  const __m256i base = _mm256_add_epi8(bytes, _mm256_set1_epi8(static_cast<char>(188)));
  return _mm256_add_epi8(base, _mm256_add_epi8(low, high));
}

// What `left` and `right` become, or kNone, in the first lane. `rights` holds `right` in all lanes.
inline __m128i Merged(const WordMerges& merges, unsigned left, unsigned right, __m128i rights) {
  const WordMerges::Bucket& bucket = merges.Find(left, right);
  const __m128i equal =
      _mm_cmpeq_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(bucket.rights)), rights);
  const __m128i merged = _mm_load_si128(reinterpret_cast<const __m128i*>(bucket.merged));
  const __m128i others = _mm_xor_si128(equal, _mm_set1_epi16(-1));
  return _mm_minpos_epu16(_mm_or_si128(merged, others));
}

// A text while it is merged, of up to 16 * kVectors - 1 bytes. Symbols are numbered from 1 by their
// first byte; 0 and those behind the last one merge with nothing. Of two that merge the left one
// becomes both, and the bit of the right one goes.
template <unsigned kVectors>
struct MergedText {
  static constexpr unsigned kLanes = 16 * kVectors;
  static constexpr unsigned kMaxBytes = kLanes - 1 < 61 ? kLanes - 1 : 61;

  __m256i pairs[kVectors];  // what symbol i and the next one become, or kNone, in lane i
  uint64_t starts;          // of symbols, 0 and two behind the last one among them
  uint16_t* ids;            // of symbols; room for kLanes + 3

  // The bits of the text's own symbols, symbol 1 in bit 0.
  uint64_t Own(unsigned size) const { return starts >> 1 & ((uint64_t{1} << size) - 1); }
};

struct LeastPair {
  unsigned merged;
  unsigned at;  // the first symbol of the first such pair; 0 where there is none
};

inline LeastPair FindLeast(const MergedText<1>& text) {
  const auto least_of = [](__m128i numbers) {  // the number above its place
    const auto found = static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_minpos_epu16(numbers)));
    return found << 16 | found >> 16;
  };
  const uint32_t low = least_of(_mm256_castsi256_si128(text.pairs[0]));
  const uint32_t high = least_of(_mm256_extracti128_si256(text.pairs[0], 1)) | 8;
  const uint32_t least = low < high ? low : high;
  return {least >> 16, least & 15};
}

template <unsigned kVectors>
inline LeastPair FindLeast(const MergedText<kVectors>& text) {
  __m256i least = text.pairs[0];
  for (unsigned k = 1; k < kVectors; ++k) least = _mm256_min_epu16(least, text.pairs[k]);
  const __m128i first = _mm_minpos_epu16(
      _mm_min_epu16(_mm256_castsi256_si128(least), _mm256_extracti128_si256(least, 1)));
  const __m256i all = _mm256_broadcastw_epi16(first);
  uint64_t found = 0;
  for (unsigned k = 0; k < kVectors; k += 2) {
    const __m256i equal = _mm256_packs_epi16(_mm256_cmpeq_epi16(text.pairs[k], all),
                                             _mm256_cmpeq_epi16(text.pairs[k + 1], all));
    const __m256i in_order = _mm256_permute4x64_epi64(equal, 0xD8);
    found |= static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(in_order))) << 16 * k;
  }
  return {static_cast<unsigned>(_mm_extract_epi16(first, 0)),
          static_cast<unsigned>(__builtin_ctzll(found))};
}

// The first merge of what is left, if there is one.
template <unsigned kVectors>
[[gnu::always_inline]] inline void MergeOnce(const WordMerges& merges, unsigned stranger,
                                             MergedText<kVectors>* text) {
  const LeastPair least = FindLeast(*text);
  const unsigned at = least.at;
  const unsigned merged = least.merged < stranger ? least.merged : stranger;
  const uint64_t right_of_it = text->starts & (~uint64_t{1} << at);
  const auto gone = static_cast<unsigned>(__builtin_ctzll(right_of_it));
  const auto behind = static_cast<unsigned>(__builtin_ctzll(right_of_it & (right_of_it - 1)));
  const uint64_t left_of_it = text->starts & ((uint64_t{1} << at) - 1);
  const auto before = 63 - static_cast<unsigned>(__builtin_clzll(left_of_it | 1));
  text->starts ^= static_cast<uint64_t>(merged != stranger) << gone;
  text->ids[at] = static_cast<uint16_t>(merged);
  const unsigned id_behind = text->ids[behind];
  const __m256i with_behind = _mm256_broadcastw_epi16(
      Merged(merges, merged, id_behind, _mm_set1_epi16(static_cast<short>(id_behind))));
  const __m256i with_before = _mm256_broadcastw_epi16(
      Merged(merges, text->ids[before], merged, _mm_set1_epi16(static_cast<short>(merged))));
  const auto* const rows = reinterpret_cast<const __m256i*>(kLaneRows<16 * kVectors>.rows);
  for (unsigned k = 0; k < kVectors; ++k) {
    const auto lane = [&](unsigned i) { return _mm256_load_si256(rows + i * kVectors + k); };
    const __m256i pairs = _mm256_blendv_epi8(text->pairs[k], with_behind, lane(at));
    text->pairs[k] =
        _mm256_or_si256(_mm256_blendv_epi8(pairs, with_before, lane(before)), lane(gone));
  }
}

// Calls each(0), each(1) ... with constants: what is indexed by them can stay in registers.
template <class Each, unsigned... i>
[[gnu::always_inline]] inline void ForEachOf(std::integer_sequence<unsigned, i...>, Each each) {
  (each(std::integral_constant<unsigned, i>()), ...);
}

template <unsigned kCount, class Each>
[[gnu::always_inline]] inline void ForEach(Each each) {
  ForEachOf(std::make_integer_sequence<unsigned, kCount>(), each);
}

// All merges of all texts.
template <unsigned kVectors, unsigned kTexts>
[[gnu::always_inline]] inline void MergeTexts(const WordMerges& merges,
                                              MergedText<kVectors> (&texts)[kTexts]) {
  const unsigned stranger = merges.stranger();
  const __m256i none = _mm256_set1_epi16(-1);
  while (true) {
    __m256i all = none;
    ForEach<kTexts>([&](auto t) __attribute__((always_inline)) {
      for (unsigned k = 0; k < kVectors; ++k) all = _mm256_and_si256(all, texts[t].pairs[k]);
    });
    if (_mm256_testc_si256(all, none)) return;
    ForEach<kTexts>([&](auto t)
                        __attribute__((always_inline)) { MergeOnce(merges, stranger, &texts[t]); });
  }
}

// Writes the ids whose bits are set, symbol 1 in bit 0, and returns how many. Eight at a time: room
// for seven more.
template <unsigned kVectors>
inline unsigned Compress(const uint16_t* ids, uint64_t bits, uint16_t* out) {
  unsigned count = 0;
  for (unsigned i = 0; i < 2 * kVectors; ++i, bits >>= 8) {
    const __m128i eight = _mm_loadu_si128(reinterpret_cast<const __m128i*>(ids + 1 + 8 * i));
    const __m128i shuffle =
        _mm_load_si128(reinterpret_cast<const __m128i*>(kCompressions.of_bits[bits & 0xFF]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + count), _mm_shuffle_epi8(eight, shuffle));
    count += static_cast<unsigned>(__builtin_popcountll(bits & 0xFF));
  }
  return count;
}

}  // namespace owt::text
