#pragma once

// The loops of a DedupKernel for any set of instructions; for kernel_*.cc alone. These are compiled
// for processors that the program may not run on, so all of it is local to the file, and nothing
// comes from the standard library but constants (see stages/text/piece_starts.h).
//
// The loops over slots hold as many slots as there are registers and run over all shingles. They
// are written with GCC's vector types, which Clang has too.
#include "stages/dedup/kernel.h"
#include "stages/dedup/shingle_hash.h"

namespace owt::dedup {
namespace {

// What a block of 64 bytes is, a bit for each byte, the first lowest.
struct AsciiBlock {
  uint64_t words = 0;   // letters and digits
  uint64_t beyond = 0;  // beyond ASCII
};

// `Simd` has
//   AsciiBlock Fold(const char* block, char* lower)    writes 64 bytes, letters in lower case
//   size_t Positions(uint64_t bits, uint32_t first, uint32_t* out)
//                                       writes first + i for each bit i; returns how many; may
//                                       write up to 64 in all
template <class Simd>
size_t FoldAscii(const char* text, size_t size, FoldCursor* cursor) {
  FoldCursor c = *cursor;
  size_t done = 0;
  while (size - done >= 64 && c.num_edges < c.max_edges) {
    const AsciiBlock block = Simd::Fold(text + done, c.base + c.at);
    unsigned taken = 64;
    uint64_t kept = ~uint64_t{0};
    if (block.beyond != 0) {
      taken = static_cast<unsigned>(__builtin_ctzll(block.beyond));
      kept = (uint64_t{1} << taken) - 1;
    }
    const uint64_t words = block.words & kept;
    const uint64_t edges = (words ^ (words << 1 | c.in_word)) & kept;
    c.num_edges += Simd::Positions(edges, static_cast<uint32_t>(c.at), c.edges + c.num_edges);
    if (taken > 0) c.in_word = words >> (taken - 1) & 1;
    c.at += taken;
    done += taken;
    if (taken < 64) break;
  }
  *cursor = c;
  return done;
}

inline void HashWords(const char* base, const uint32_t* edges, size_t count, uint64_t* hashes) {
  for (size_t i = 0; i < count; ++i) {
    const uint32_t begin = edges[2 * i];
    hashes[i] = HashBytes(base + begin, edges[2 * i + 1] - begin);
  }
}

template <size_t kBytes>
struct Affine32 {
  using Number = uint32_t;
  typedef uint32_t Vector __attribute__((vector_size(kBytes)));

  static Vector Value(Vector a, Vector b, uint64_t hash) {
    return a * static_cast<uint32_t>(hash) + b;
  }

  static Vector Least(Vector x, Vector y) { return x < y ? x : y; }
};

template <size_t kBytes>
struct Mersenne32 {
  using Number = uint64_t;
  typedef uint64_t Vector __attribute__((vector_size(kBytes)));
  typedef uint32_t Halves __attribute__((vector_size(kBytes)));

  // 2^61 is 1 modulo the prime, so that what is above bit 61 may be added to what is below; the low
  // half does not see what is above.
  static Vector Value(Vector a, Vector b, uint64_t hash) {
    const Vector sum = a * hash + b;
    return sum + (sum >> 61);
  }

  static Vector Least(Vector x, Vector y) {
    const Halves x_halves = reinterpret_cast<Halves>(x);
    const Halves y_halves = reinterpret_cast<Halves>(y);
    return reinterpret_cast<Vector>(x_halves < y_halves ? x_halves : y_halves);
  }
};

template <size_t kBytes>
struct Mersenne64 {
  using Number = uint64_t;
  typedef uint64_t Vector __attribute__((vector_size(kBytes)));
  typedef int64_t Signed __attribute__((vector_size(kBytes)));

  // Remainders and minima are below 2^63, and signed numbers are the ones that AVX2 compares.
  static Vector Value(Vector a, Vector b, uint64_t hash) {
    constexpr int64_t kPrime = (int64_t{1} << 61) - 1;
    const Vector sum = a * hash + b;
    const Signed rest = reinterpret_cast<Signed>((sum & uint64_t{kPrime}) + (sum >> 61));
    return reinterpret_cast<Vector>(rest - ((rest >= kPrime) & kPrime));
  }

  static Vector Least(Vector x, Vector y) {
    return reinterpret_cast<Signed>(x) < reinterpret_cast<Signed>(y) ? x : y;
  }
};

template <class Family, size_t kVectors>
[[gnu::always_inline]] inline void SignBlock(const uint64_t* hashes, size_t count,
                                             const typename Family::Number* a_numbers,
                                             const typename Family::Number* b_numbers,
                                             typename Family::Number* minima) {
  using Vector = typename Family::Vector;
  constexpr size_t kLanes = sizeof(Vector) / sizeof(typename Family::Number);
  Vector a[kVectors], b[kVectors], least[kVectors];
  for (size_t v = 0; v < kVectors; ++v) {
    __builtin_memcpy(&a[v], a_numbers + v * kLanes, sizeof(Vector));
    __builtin_memcpy(&b[v], b_numbers + v * kLanes, sizeof(Vector));
    __builtin_memcpy(&least[v], minima + v * kLanes, sizeof(Vector));
  }
  for (size_t i = 0; i < count; ++i) {
    const uint64_t hash = hashes[i];
    for (size_t v = 0; v < kVectors; ++v) {
      least[v] = Family::Least(Family::Value(a[v], b[v], hash), least[v]);
    }
  }
  for (size_t v = 0; v < kVectors; ++v) {
    __builtin_memcpy(minima + v * kLanes, &least[v], sizeof(Vector));
  }
}

// kVectors slots' worth of registers at once, then half as many, until none is left.
template <class Family, size_t kVectors>
void SignSlots(const uint64_t* hashes, size_t count, const typename Family::Number* a,
               const typename Family::Number* b, size_t slots, typename Family::Number* minima) {
  constexpr size_t kSlots =
      kVectors * sizeof(typename Family::Vector) / sizeof(typename Family::Number);
  size_t slot = 0;
  for (; slot + kSlots <= slots; slot += kSlots) {
    SignBlock<Family, kVectors>(hashes, count, a + slot, b + slot, minima + slot);
  }
  if constexpr (kVectors > 1) {
    if (slot < slots) {
      SignSlots<Family, kVectors / 2>(hashes, count, a + slot, b + slot, slots - slot,
                                      minima + slot);
    }
  }
}

// MurmurHash3 by Austin Appleby (public domain), from where the seed comes in.
template <size_t kBytes>
struct Murmur32 {
  typedef uint32_t Vector __attribute__((vector_size(kBytes)));
  typedef int32_t Signed __attribute__((vector_size(kBytes)));

  static Vector Value(Vector hash, const MurmurShingles& shingles, const uint32_t* words) {
    for (size_t i = 0; i < shingles.num_blocks; ++i) {
      hash ^= words[i];
      hash = (hash << 13 | hash >> 19) * 5 + 0xe6546b64u;
    }
    if (shingles.has_tail) hash ^= words[shingles.num_blocks];
    hash ^= shingles.size;
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    return hash ^ hash >> 16;
  }

  static void Sign(const MurmurShingles& shingles, const uint32_t* seeds, size_t slots,
                   uint32_t* minima) {
    const size_t stride = shingles.num_blocks + (shingles.has_tail ? 1 : 0);
    for (size_t slot = 0; slot < slots; slot += kBytes / sizeof(uint32_t)) {
      Vector seed;
      Signed least;
      __builtin_memcpy(&seed, seeds + slot, kBytes);
      __builtin_memcpy(&least, minima + slot, kBytes);
      for (size_t i = 0; i < shingles.count; ++i) {
        const Signed value =
            reinterpret_cast<Signed>(Value(seed, shingles, shingles.words + i * stride));
        least = value < least ? value : least;
      }
      __builtin_memcpy(minima + slot, &least, kBytes);
    }
  }
};

// `kBytes` of a register, `kVectors` registers for the minima at once.
template <class Simd, size_t kBytes, size_t kVectors>
constexpr DedupKernel MakeKernel() {
  return {FoldAscii<Simd>,
          HashWords,
          SignSlots<Affine32<kBytes>, kVectors>,
          SignSlots<Mersenne32<kBytes>, kVectors>,
          SignSlots<Mersenne64<kBytes>, kVectors>,
          Murmur32<kBytes>::Sign};
}

}  // namespace
}  // namespace owt::dedup
