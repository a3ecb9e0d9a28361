#include "stages/dedup/minhash.h"

#include <algorithm>
#include <array>

// The kernel holds a block of slots in registers and runs over all shingles: one multiplication,
// addition and minimum per eight or sixteen slots. It is written once with GCC's vector types and
// compiled for three instruction sets; the machine chooses at the first call.

namespace owt::dedup {

namespace {

constexpr size_t kBlock = 64;  // slots that a call of the kernel fills; a multiple of all vectors

using Kernel = void (*)(std::span<const uint64_t> shingles, const uint32_t* multipliers,
                        const uint32_t* addends, uint32_t* minima);

// `Lanes` numbers per vector, `Vectors` vectors in registers at once.
template <size_t Lanes, size_t Vectors>
[[gnu::always_inline]] inline void SignBlock(std::span<const uint64_t> shingles,
                                             const uint32_t* multipliers, const uint32_t* addends,
                                             uint32_t* minima) {
  typedef uint32_t Vector __attribute__((vector_size(4 * Lanes)));
  for (size_t slot = 0; slot < kBlock; slot += Lanes * Vectors) {
    Vector a[Vectors], b[Vectors], least[Vectors];
    for (size_t v = 0; v < Vectors; ++v) {
      __builtin_memcpy(&a[v], multipliers + slot + v * Lanes, sizeof(Vector));
      __builtin_memcpy(&b[v], addends + slot + v * Lanes, sizeof(Vector));
      least[v] = ~Vector{};
    }
    for (const uint64_t shingle : shingles) {
      const auto hash = static_cast<uint32_t>(shingle);
      for (size_t v = 0; v < Vectors; ++v) {
        const Vector value = a[v] * hash + b[v];
        least[v] = value < least[v] ? value : least[v];
      }
    }
    for (size_t v = 0; v < Vectors; ++v) {
      __builtin_memcpy(minima + slot + v * Lanes, &least[v], sizeof(Vector));
    }
  }
}

void SignBlockPlain(std::span<const uint64_t> shingles, const uint32_t* multipliers,
                    const uint32_t* addends, uint32_t* minima) {
  SignBlock<4, 4>(shingles, multipliers, addends, minima);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void SignBlockAvx2(std::span<const uint64_t> shingles,
                                                   const uint32_t* multipliers,
                                                   const uint32_t* addends, uint32_t* minima) {
  SignBlock<8, 4>(shingles, multipliers, addends, minima);
}

__attribute__((target("avx512f"))) void SignBlockAvx512(std::span<const uint64_t> shingles,
                                                        const uint32_t* multipliers,
                                                        const uint32_t* addends, uint32_t* minima) {
  SignBlock<16, 4>(shingles, multipliers, addends, minima);
}
#endif

Kernel ChooseKernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return SignBlockAvx512;
  if (__builtin_cpu_supports("avx2")) return SignBlockAvx2;
#endif
  return SignBlockPlain;
}

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t NextRandom(uint64_t* state) {
  uint64_t x = (*state += 0x9e3779b97f4a7c15u);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

MinHasher::MinHasher(size_t num_slots, uint64_t seed)
    : num_slots_(num_slots),
      multipliers_((num_slots + kBlock - 1) / kBlock * kBlock),
      addends_(multipliers_.size()) {
  for (size_t i = 0; i < multipliers_.size(); ++i) {
    const uint64_t random = NextRandom(&seed);
    multipliers_[i] = static_cast<uint32_t>(random >> 32) | 1;
    addends_[i] = static_cast<uint32_t>(random);
  }
}

void MinHasher::Sign(std::span<const uint64_t> shingles, std::span<uint32_t> signature) const {
  static const Kernel kernel = ChooseKernel();
  std::array<uint32_t, kBlock> minima;
  for (size_t slot = 0; slot < num_slots_; slot += kBlock) {
    kernel(shingles, &multipliers_[slot], &addends_[slot], minima.data());
    const size_t count = std::min(kBlock, num_slots_ - slot);
    std::copy_n(minima.begin(), count, signature.begin() + static_cast<ptrdiff_t>(slot));
  }
}

double EstimateJaccard(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

}  // namespace owt::dedup
