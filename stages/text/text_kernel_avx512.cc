// AVX-512 with VBMI2: 64 bytes in one register, and masks as they come. Compiled for processors
// that have it; see piece_starts.h.
#include <immintrin.h>

#include "stages/text/text_kernel_loops.h"

namespace owt::text {
namespace {

struct Iota {
  alignas(64) uint8_t bytes[64];
};

constexpr Iota kIota = [] {
  Iota iota{};
  for (uint8_t i = 0; i < 64; ++i) iota.bytes[i] = i;
  return iota;
}();

__m512i Bytes(char c) { return _mm512_set1_epi8(c); }

// first <= c < first + count, for every byte.
uint64_t InRange(__m512i bytes, char first, char count) {
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, Bytes(first)), Bytes(count));
}

struct Simd {
  static ByteClasses Classify(const char* block) {
    const __m512i bytes = _mm512_loadu_si512(block);
    ByteClasses classes;
    classes.letter = InRange(_mm512_or_si512(bytes, Bytes(0x20)), 'a', 26);
    classes.number = InRange(bytes, '0', 10);
    classes.space = _mm512_cmpeq_epi8_mask(bytes, Bytes(' '));
    classes.white = classes.space | InRange(bytes, '\t', 5);
    classes.apostrophe = _mm512_cmpeq_epi8_mask(bytes, Bytes('\''));
    classes.beyond_ascii = _mm512_movepi8_mask(bytes);
    return classes;
  }

  static LetterBytes FindLetters(const char* block) {
    const __m512i bytes = _mm512_loadu_si512(block);
    const auto equal = [&](char c) -> uint64_t { return _mm512_cmpeq_epi8_mask(bytes, Bytes(c)); };
    LetterBytes letters;
    letters.inside = InRange(bytes, '\x80', 64);
    letters.of_two = InRange(bytes, '\xD0', 2);
    letters.of_three =
        InRange(bytes, '\xE4', 9) & ~equal('\xEA') & ~(equal('\xE4') & equal('\xB7') >> 1);
    return letters;
  }

  // The numbers 0 to 63, those of set bits pushed together.
  static size_t Positions(uint64_t bits, uint32_t first, uint32_t* out) {
    const __m512i found = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(kIota.bytes));
    const auto count = static_cast<size_t>(__builtin_popcountll(bits));
    const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
    const auto store = [&](size_t at, __m128i indexes) {
      _mm512_storeu_si512(out + at, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(indexes)));
    };
    store(0, _mm512_castsi512_si128(found));
    store(16, _mm512_extracti32x4_epi32(found, 1));
    if (count > 32) {
      store(32, _mm512_extracti32x4_epi32(found, 2));
      store(48, _mm512_extracti32x4_epi32(found, 3));
    }
    return count;
  }

  using Key = __m128i;

  // The length chooses the bytes as a mask, and 0x8000 the last of them.
  static Key Load(const char* at, size_t n) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto keep = static_cast<__mmask16>(n < 16 ? (1u << n) - 1 : 0);
    return _mm_mask_mov_epi8(_mm_maskz_mov_epi8(keep, bytes), 0x8000,
                             _mm_set1_epi8(static_cast<char>(n)));
  }

  // Two rounds of AES make every bit depend on every byte.
  static uint64_t Hash(Key key) {
    const __m128i salt = _mm_set_epi64x(0x243F6A8885A308D3, 0x13198A2E03707344);  // digits of pi
    key = _mm_aesenc_si128(key, salt);
    return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_aesenc_si128(key, salt)));
  }

  static void Store(Key key, WordKey* to) { _mm_store_si128(reinterpret_cast<__m128i*>(to), key); }

  static bool Equal(const WordKey* a, const WordKey* b) {
    return _mm_cmpneq_epu8_mask(_mm_load_si128(reinterpret_cast<const __m128i*>(a)),
                                _mm_load_si128(reinterpret_cast<const __m128i*>(b))) == 0;
  }

  static void Copy16(const char* from, char* to) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
};

}  // namespace

const TextKernel kAvx512Kernel = {TextLoops<Simd>::Split, TextLoops<Simd>::Encode,
                                  TextLoops<Simd>::HashOf, EncodeWordsAvx2, EncodePartAvx2};

}  // namespace owt::text
