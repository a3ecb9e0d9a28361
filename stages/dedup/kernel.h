#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/text/simd_tier.h"

namespace owt::dedup {

// Where ASCII text goes when it is folded to lower case.
struct FoldCursor {
  char* base = nullptr;       // folded text; 64 bytes more than are said to fit may be written
  size_t at = 0;              // where its next byte goes
  uint32_t* edges = nullptr;  // where words begin and end in it, in turns
  size_t num_edges = 0;
  size_t max_edges = 0;  // 64 more may be written, and as many behind that without meaning
  uint64_t in_word = 0;  // 1 where the last word has not ended
};

// Shingles as MurmurHash3_x86_32 sees them before a seed comes in: for each one `num_blocks` words
// of four bytes and then, with `has_tail`, one of the rest, all of them mixed.
struct MurmurShingles {
  const uint32_t* words = nullptr;
  size_t count = 0;
  size_t num_blocks = 0;
  bool has_tail = false;
  uint32_t size = 0;  // bytes of a shingle
};

// The inner loops of signatures, for one set of instructions. All give the same. Numbers of slots
// are multiples of kSlotsAtOnce.
struct DedupKernel {
  static constexpr size_t kSlotsAtOnce = 16;

  // Folds whole blocks of 64 bytes up to the first byte beyond ASCII, the end of `size` or of the
  // room for edges. Returns how many bytes it took.
  size_t (*fold_ascii)(const char* text, size_t size, FoldCursor* cursor);

  // HashBytes of `count` words of base, each from edges[2 * i] to edges[2 * i + 1].
  void (*hash_words)(const char* base, const uint32_t* edges, size_t count, uint64_t* hashes);

  // minima[j] becomes the least of itself and of all values that the hashes give.
  //   affine32    a * h + b modulo 2^32, of the low 32 bits of h
  //   mersenne32  the low 32 bits of (a * h + b modulo 2^64) modulo 2^61 - 1; h < 2^32. What is in
  //               the high halves of `minima` has no meaning. Where the sum leaves one of the last
  //               8 remainders it may be too large by 1: one case in 2^58.
  //   mersenne64  the whole remainder
  void (*affine32)(const uint64_t* hashes, size_t count, const uint32_t* a, const uint32_t* b,
                   size_t slots, uint32_t* minima);
  void (*mersenne32)(const uint64_t* hashes, size_t count, const uint64_t* a, const uint64_t* b,
                     size_t slots, uint64_t* minima);
  void (*mersenne64)(const uint64_t* hashes, size_t count, const uint64_t* a, const uint64_t* b,
                     size_t slots, uint64_t* minima);

  // The same with MurmurHash3_x86_32 of each seed, as signed numbers.
  void (*murmur32)(const MurmurShingles& shingles, const uint32_t* seeds, size_t slots,
                   uint32_t* minima);
};

// REQUIRES: `tier` is one of text::SimdTiers().
const DedupKernel& DedupKernelOf(text::SimdTier tier);

extern const DedupKernel kScalarKernel;
extern const DedupKernel kAvx2Kernel;
extern const DedupKernel kAvx512Kernel;

}  // namespace owt::dedup
