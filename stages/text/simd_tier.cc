#include "stages/text/simd_tier.h"

#include <cstddef>

namespace owt::text {
namespace {

constexpr SimdTier kTiers[] = {SimdTier::kScalar, SimdTier::kAvx2, SimdTier::kAvx512};

size_t NumTiers() {
#ifdef OWT_X86_KERNELS
  __builtin_cpu_init();
  // The compiler's test covers the operating system too: registers that it does not save count as
  // not there. AES is older than AVX2, but a hypervisor may hide it.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt") &&
                    __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("aes");
  if (!avx2) return 1;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  return avx512 ? 3 : 2;
#else
  return 1;
#endif
}

}  // namespace

std::span<const SimdTier> SimdTiers() {
  static const size_t kNumTiers = NumTiers();
  return {kTiers, kNumTiers};
}

SimdTier BestSimdTier() { return SimdTiers().back(); }

std::string_view SimdTierName(SimdTier tier) {
  constexpr std::string_view kNames[] = {"scalar", "avx2", "avx512"};
  return kNames[static_cast<size_t>(tier)];
}

}  // namespace owt::text
