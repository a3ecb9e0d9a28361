// AVX2 and BMI. Compiled for processors that have them; see kernel_loops.h.
#include <immintrin.h>

#include "stages/dedup/kernel_loops.h"

namespace owt::dedup {
namespace {

__m256i AllBytes(char c) { return _mm256_set1_epi8(c); }

// first <= c < first + count, for every byte.
__m256i IsInRange(__m256i bytes, char first, char count) {
  const __m256i offset = _mm256_sub_epi8(bytes, AllBytes(first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(offset, AllBytes(static_cast<char>(count - 1))), offset);
}

struct Avx2Simd {
  struct Half {
    uint32_t words, beyond;
  };

  static Half FoldHalf(const char* from, char* to) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    const __m256i raised = _mm256_or_si256(bytes, AllBytes(0x20));
    const __m256i letters = IsInRange(raised, 'a', 26);
    const __m256i words = _mm256_or_si256(letters, IsInRange(bytes, '0', 10));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_blendv_epi8(bytes, raised, letters));
    return {static_cast<uint32_t>(_mm256_movemask_epi8(words)),
            static_cast<uint32_t>(_mm256_movemask_epi8(bytes))};
  }

  static AsciiBlock Fold(const char* block, char* lower) {
    const Half low = FoldHalf(block, lower);
    const Half high = FoldHalf(block + 32, lower + 32);
    return {low.words | static_cast<uint64_t>(high.words) << 32,
            low.beyond | static_cast<uint64_t>(high.beyond) << 32};
  }

  // Eight at a time: how many there are is foreseen more often in eights than in ones.
  static size_t Positions(uint64_t bits, uint32_t first, uint32_t* out) {
    const auto count = static_cast<size_t>(_mm_popcnt_u64(bits));
    for (size_t done = 0; done < count; done += 8) {
      for (size_t i = 0; i < 8; ++i) {
        out[done + i] = first + static_cast<uint32_t>(_tzcnt_u64(bits));
        bits = _blsr_u64(bits);
      }
    }
    return count;
  }
};

}  // namespace

const DedupKernel kAvx2Kernel = MakeKernel<Avx2Simd, 32, 4>();

}  // namespace owt::dedup
