// Words that no cache holds, four at a time. See merge_lanes.h.
#include <immintrin.h>

#include "stages/text/merge_lanes.h"
#include "stages/text/text_kernel.h"

namespace owt::text {
namespace {

constexpr unsigned kRoom = 24;  // for the ids of a word, in numbers of 16 bits

[[gnu::always_inline]] inline __m256i PairsOf(const WordMerges& merges, const char* bytes,
                                              unsigned size) {
  const auto pair = [&](unsigned i) {
    uint16_t two;
    std::memcpy(&two, bytes + i - 1, sizeof(two));
    return static_cast<short>(merges.byte_pair(two));
  };
  const __m256i pairs =
      _mm256_setr_epi16(-1, pair(1), pair(2), pair(3), pair(4), pair(5), pair(6), pair(7), pair(8),
                        pair(9), pair(10), pair(11), pair(12), pair(13), pair(14), -1);
  const __m256i lanes = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m256i last = _mm256_set1_epi16(static_cast<short>(size - 1));
  return _mm256_or_si256(pairs, _mm256_cmpgt_epi16(lanes, last));
}

template <unsigned kWords>
void EncodeSome(const WordMerges& merges, const WordKey* keys, WordIds* out) {
  alignas(32) uint16_t ids[kWords][kRoom];
  unsigned sizes[kWords];
  MergedText<1> words[kWords];
  const auto stranger = merges.stranger();
  ForEach<kWords>([&](auto w) __attribute__((always_inline)) {
    const unsigned size = sizes[w] = static_cast<unsigned>(keys[w].high >> 56);
    const __m128i bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(&keys[w]));
    const __m256i all =
        _mm256_cvtepu8_epi16(_mm256_castsi256_si128(ByteIds(_mm256_castsi128_si256(bytes))));
    std::memcpy(ids[w] + 1, &all, sizeof(all));
    ids[w][0] = ids[w][size + 1] = ids[w][size + 2] = stranger;
    words[w].ids = ids[w];
    words[w].starts = (uint64_t{8} << size) - 1;
    words[w].pairs[0] = PairsOf(merges, reinterpret_cast<const char*>(&keys[w]), size);
  });
  MergeTexts(merges, words);
  ForEach<kWords>([&](auto w) __attribute__((always_inline)) {
    const unsigned count = Compress<1>(ids[w], words[w].Own(sizes[w]), out[w].ids);
    out[w].num_bytes = static_cast<uint16_t>(count * sizeof(uint16_t));
  });
}

}  // namespace

void EncodeWordsAvx2(const WordMerges& merges, const WordKey* keys, size_t count, WordIds* out) {
  while (count > 0) {
    // Three and two take less time than four and one.
    const size_t some = count >= 8 ? 4 : count > 4 ? (count + 1) / 2 : count;
    switch (some) {
      case 4:
        EncodeSome<4>(merges, keys, out);
        break;
      case 3:
        EncodeSome<3>(merges, keys, out);
        break;
      case 2:
        EncodeSome<2>(merges, keys, out);
        break;
      default:
        EncodeSome<1>(merges, keys, out);
    }
    count -= some, keys += some, out += some;
  }
}

}  // namespace owt::text
