// Short texts with all their pairs in one or four registers: the least one, its place and what
// becomes of its neighbours are found without a branch that a processor cannot foresee, and nothing
// is stored in pieces and read as a whole.
#include <immintrin.h>

#include <cstring>

#include "stages/text/text_kernel.h"

namespace owt::text {
namespace {

// of_lane[i]: lane i alone.
struct LaneMasks {
  struct alignas(32) Row {
    uint16_t lanes[16];
  } of_lane[16];
};

constexpr LaneMasks kLaneMasks = [] {
  LaneMasks masks{};
  for (unsigned i = 0; i < 16; ++i) masks.of_lane[i].lanes[i] = 0xFFFF;
  return masks;
}();

__m256i Lane(unsigned i) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(kLaneMasks.of_lane[i].lanes));
}

// The least of 16 numbers, in the first lane.
__m128i Least(__m256i numbers) {
  return _mm_minpos_epu16(
      _mm_min_epu16(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1)));
}

// What `left` and `right` become, or kNone, in the first lane. `rights` holds `right` in all lanes.
__m128i Merged(const WordMerges& merges, unsigned left, unsigned right, __m128i rights) {
  const WordMerges::Bucket& bucket = merges.Find(left, right);
  const __m128i equal =
      _mm_cmpeq_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(bucket.rights)), rights);
  const __m128i merged = _mm_load_si128(reinterpret_cast<const __m128i*>(bucket.merged));
  const __m128i others = _mm_xor_si128(equal, _mm_set1_epi16(-1));
  return _mm_minpos_epu16(_mm_or_si128(merged, others));
}

// What symbol i and the next one become, in lane i of kVectors * 16. Symbol 1 is the first byte;
// behind the last one, and in lane 0, there is nothing.
template <unsigned kVectors>
struct Pairs {
  __m256i vectors[kVectors];

  static short Of(const WordMerges& merges, const char* bytes, unsigned i) {
    uint16_t two;
    std::memcpy(&two, bytes + i - 1, sizeof(two));
    return static_cast<short>(merges.byte_pair(two));
  }

  // Of 15 readable bytes.
  void TakeWord(const WordMerges& merges, const char* bytes, unsigned size) {
    const auto pair = [&](unsigned i) { return Of(merges, bytes, i); };
    const __m256i pairs =
        _mm256_setr_epi16(-1, pair(1), pair(2), pair(3), pair(4), pair(5), pair(6), pair(7),
                          pair(8), pair(9), pair(10), pair(11), pair(12), pair(13), pair(14), -1);
    const __m256i lanes = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m256i last = _mm256_set1_epi16(static_cast<short>(size - 1));
    vectors[0] = _mm256_or_si256(pairs, _mm256_cmpgt_epi16(lanes, last));
  }

  // Of `size` readable bytes.
  void Take(const WordMerges& merges, const char* bytes, unsigned size) {
    alignas(32) short lanes[16 * kVectors];
    std::memset(lanes, -1, sizeof(lanes));
    for (unsigned i = 1; i < size; ++i) lanes[i] = Of(merges, bytes, i);
    std::memcpy(vectors, lanes, sizeof(lanes));
  }

  // In the first lane.
  __m128i LeastOfAll() const {
    __m256i least = vectors[0];
    for (unsigned k = 1; k < kVectors; ++k) least = _mm256_min_epu16(least, vectors[k]);
    return Least(least);
  }

  // The first lane that holds what all lanes of `value` do. REQUIRES: there is one.
  unsigned FirstOf(__m256i value) const {
    uint64_t found = 0;
    for (unsigned k = 0; k < kVectors; ++k) {
      const __m256i equal = _mm256_cmpeq_epi16(vectors[k], value);
      const __m128i bytes =
          _mm_packs_epi16(_mm256_castsi256_si128(equal), _mm256_extracti128_si256(equal, 1));
      found |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(bytes))) << 16 * k;
    }
    return static_cast<unsigned>(__builtin_ctzll(found));
  }

  // Lane i becomes the first lane of `value`.
  void Set(unsigned i, __m128i value) {
    __m256i& vector = vectors[kVectors == 1 ? 0 : i / 16];
    vector = _mm256_blendv_epi8(vector, _mm256_broadcastw_epi16(value), Lane(i % 16));
  }

  void Remove(unsigned i) {
    __m256i& vector = vectors[kVectors == 1 ? 0 : i / 16];
    vector = _mm256_or_si256(vector, Lane(i % 16));
  }
};

// Merges what there is to merge of `size` symbols, and writes what is left to out. Symbols are
// numbered from 1 by their first byte; 0 and size + 1 merge with nothing. Of two that merge the
// left one becomes both, and the bit of the right one goes. REQUIRES: size + 2 bits and lanes;
// ids[1..size] are those of the bytes.
template <unsigned kVectors>
size_t Merge(const WordMerges& merges, Pairs<kVectors> pairs, unsigned size, uint16_t* ids,
             uint16_t* out) {
  ids[0] = ids[size + 1] = merges.stranger();
  uint64_t symbols = (uint64_t{4} << size) - 1;
  while (true) {
    const __m128i least = pairs.LeastOfAll();
    const auto merged = static_cast<unsigned>(_mm_extract_epi16(least, 0));
    if (merged == WordMerges::kNone) break;
    const __m256i all_merged = _mm256_broadcastw_epi16(least);
    const unsigned at = pairs.FirstOf(all_merged);
    const uint64_t right_of_it = symbols & (~uint64_t{1} << at);
    const auto gone = static_cast<unsigned>(__builtin_ctzll(right_of_it));
    const auto behind = static_cast<unsigned>(__builtin_ctzll(right_of_it & (right_of_it - 1)));
    const uint64_t left_of_it = symbols & ((uint64_t{1} << at) - 1);
    const auto before = 63 - static_cast<unsigned>(__builtin_clzll(left_of_it));
    symbols ^= uint64_t{1} << gone;
    ids[at] = static_cast<uint16_t>(merged);
    const __m128i ids_behind = _mm_set1_epi16(static_cast<short>(ids[behind]));
    const __m128i with_behind = Merged(merges, merged, ids[behind], ids_behind);
    const __m128i with_before =
        Merged(merges, ids[before], merged, _mm256_castsi256_si128(all_merged));
    pairs.Set(at, with_behind);
    pairs.Set(before, with_before);
    pairs.Remove(gone);
  }
  size_t count = 0;
  for (uint64_t rest = symbols & ((uint64_t{2} << size) - 2); rest != 0; rest &= rest - 1) {
    out[count++] = ids[__builtin_ctzll(rest)];
  }
  return count;
}

}  // namespace

size_t EncodeWordAvx2(const WordMerges& merges, const WordKey& key, char* out) {
  const auto size = static_cast<unsigned>(key.high >> 56);
  const char* const bytes = reinterpret_cast<const char*>(&key);
  uint16_t ids[WordKey::kMaxBytes + 2], left[WordKey::kMaxBytes];
  for (unsigned i = 0; i < WordKey::kMaxBytes; ++i) {
    ids[i + 1] = merges.byte_id(static_cast<uint8_t>(bytes[i]));
  }
  Pairs<1> pairs;
  pairs.TakeWord(merges, bytes, size);
  const size_t num_bytes = Merge(merges, pairs, size, ids, left) * sizeof(uint16_t);
  std::memcpy(out, left, sizeof(left));
  return num_bytes;
}

size_t EncodePartAvx2(const WordMerges& merges, std::string_view part, uint16_t* out) {
  const auto size = static_cast<unsigned>(part.size());
  uint16_t ids[kMaxPartBytes + 2];
  for (unsigned i = 0; i < size; ++i) {
    ids[i + 1] = merges.byte_id(static_cast<uint8_t>(part[i]));
  }
  Pairs<4> pairs;
  pairs.Take(merges, part.data(), size);
  return Merge(merges, pairs, size, ids, out);
}

}  // namespace owt::text
