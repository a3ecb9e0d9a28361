// AVX-512 with VBMI2. Compiled for processors that have it; see kernel_loops.h.
#include <immintrin.h>

#include "stages/dedup/kernel_loops.h"

namespace owt::dedup {
namespace {

struct ByteNumbers {
  alignas(64) uint8_t bytes[64];
};

constexpr ByteNumbers kByteNumbers = [] {
  ByteNumbers numbers{};
  for (uint8_t i = 0; i < 64; ++i) numbers.bytes[i] = i;
  return numbers;
}();

// first <= c < first + count, for every byte.
__mmask64 IsInRange(__m512i bytes, char first, char count) {
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(first)),
                                _mm512_set1_epi8(count));
}

struct Avx512Simd {
  static AsciiBlock Fold(const char* block, char* lower) {
    const __m512i bytes = _mm512_loadu_si512(block);
    const __m512i raised = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
    const __mmask64 letters = IsInRange(raised, 'a', 26);
    _mm512_storeu_si512(lower, _mm512_mask_mov_epi8(bytes, letters, raised));
    return {letters | IsInRange(bytes, '0', 10), _mm512_movepi8_mask(bytes)};
  }

  // The numbers 0 to 63, those of set bits pushed together.
  static size_t Positions(uint64_t bits, uint32_t first, uint32_t* out) {
    const __m512i found = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(kByteNumbers.bytes));
    const auto count = static_cast<size_t>(_mm_popcnt_u64(bits));
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
};

}  // namespace

const DedupKernel kAvx512Kernel = MakeKernel<Avx512Simd, 64, 8>();

}  // namespace owt::dedup
