// AVX2: two halves of 32 bytes. Compiled for processors that have it; see piece_starts.h.
#include <immintrin.h>

#include "stages/text/text_kernel_loops.h"

namespace owt::text {
namespace {

// kIndexes.bits[b]: where the bits of byte b are.
struct Indexes {
  uint8_t bits[256][8];
};

constexpr Indexes kIndexes = [] {
  Indexes indexes{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned count = 0;
    for (uint8_t bit = 0; bit < 8; ++bit) {
      if ((byte >> bit & 1) != 0) indexes.bits[byte][count++] = bit;
    }
  }
  return indexes;
}();

// What a key of n bytes keeps of 16, and what it adds: its length in the last byte.
struct KeyMasks {
  struct alignas(32) Row {
    uint8_t keep[16];
    uint8_t add[16];
  } of_length[17];
};

constexpr KeyMasks kKeyMasks = [] {
  KeyMasks masks{};
  for (unsigned n = 0; n <= 16; ++n) {
    for (unsigned i = 0; i < n && n < 16; ++i) masks.of_length[n].keep[i] = 0xFF;
    masks.of_length[n].add[15] = static_cast<uint8_t>(n);
  }
  return masks;
}();

uint64_t Join(__m256i low, __m256i high) {
  return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(high))) << 32;
}

__m256i Bytes(char c) { return _mm256_set1_epi8(c); }

// first <= c < first + count, for every byte.
__m256i InRange(__m256i bytes, char first, char count) {
  const __m256i offset = _mm256_sub_epi8(bytes, Bytes(first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(offset, Bytes(static_cast<char>(count - 1))), offset);
}

__m256i Letters(__m256i bytes) { return InRange(_mm256_or_si256(bytes, Bytes(0x20)), 'a', 26); }

struct Simd {
  static LetterBytes FindLetters(const char* block) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32));
    const auto equal = [&](unsigned char c) {
      const __m256i bytes = Bytes(static_cast<char>(c));
      return Join(_mm256_cmpeq_epi8(low, bytes), _mm256_cmpeq_epi8(high, bytes));
    };
    const __m256i first = Bytes('\xC0'), even = Bytes('\xFE'), two = Bytes('\xD0');
    LetterBytes letters;
    // As signed numbers 80 to BF are the least.
    letters.inside = Join(_mm256_cmpgt_epi8(first, low), _mm256_cmpgt_epi8(first, high));
    letters.of_two = Join(_mm256_cmpeq_epi8(_mm256_and_si256(low, even), two),
                          _mm256_cmpeq_epi8(_mm256_and_si256(high, even), two));
    letters.of_three = Join(InRange(low, '\xE4', 9), InRange(high, '\xE4', 9)) & ~equal(0xEA) &
                       ~(equal(0xE4) & equal(0xB7) >> 1);
    return letters;
  }

  static ByteClasses Classify(const char* block) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32));
    ByteClasses classes;
    classes.letter = Join(Letters(low), Letters(high));
    classes.number = Join(InRange(low, '0', 10), InRange(high, '0', 10));
    classes.space = Join(_mm256_cmpeq_epi8(low, Bytes(' ')), _mm256_cmpeq_epi8(high, Bytes(' ')));
    classes.white = classes.space | Join(InRange(low, '\t', 5), InRange(high, '\t', 5));
    classes.apostrophe =
        Join(_mm256_cmpeq_epi8(low, Bytes('\'')), _mm256_cmpeq_epi8(high, Bytes('\'')));
    classes.beyond_ascii = Join(low, high);
    return classes;
  }

  // Eight bits at a time, without a branch.
  static size_t Positions(uint64_t bits, uint32_t first, uint32_t* out) {
    uint32_t* next = out;
    __m256i base = _mm256_set1_epi32(static_cast<int>(first));
    for (int i = 0; i < 8; ++i) {
      const uint64_t byte = bits >> 8 * i & 0xFF;
      const __m128i indexes =
          _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kIndexes.bits[byte]));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(next),
                          _mm256_add_epi32(base, _mm256_cvtepu8_epi32(indexes)));
      next += __builtin_popcountll(byte);
      base = _mm256_add_epi32(base, _mm256_set1_epi32(8));
    }
    return static_cast<size_t>(next - out);
  }

  using Key = __m128i;

  static Key Load(const char* at, size_t n) {
    const KeyMasks::Row& row = kKeyMasks.of_length[n];
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i keep = _mm_load_si128(reinterpret_cast<const __m128i*>(row.keep));
    const __m128i add = _mm_load_si128(reinterpret_cast<const __m128i*>(row.add));
    return _mm_or_si128(_mm_and_si128(bytes, keep), add);
  }

  // Two rounds of AES make every bit depend on every byte.
  static uint64_t Hash(Key key) {
    const __m128i salt = _mm_set_epi64x(0x243F6A8885A308D3, 0x13198A2E03707344);  // digits of pi
    key = _mm_aesenc_si128(key, salt);
    return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_aesenc_si128(key, salt)));
  }

  static void Store(Key key, WordKey* to) { _mm_store_si128(reinterpret_cast<__m128i*>(to), key); }

  static bool Equal(const WordKey* a, const WordKey* b) {
    const __m128i equal = _mm_cmpeq_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(a)),
                                         _mm_load_si128(reinterpret_cast<const __m128i*>(b)));
    return _mm_movemask_epi8(equal) == 0xFFFF;
  }

  static void Copy16(const char* from, char* to) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
};

}  // namespace

const TextKernel kAvx2Kernel = {TextLoops<Simd>::Split, TextLoops<Simd>::Encode,
                                TextLoops<Simd>::HashOf, EncodeWordsAvx2, EncodePartAvx2};

}  // namespace owt::text
