#pragma once

#include <span>
#include <string_view>

namespace owt::text {

// Which instructions the pre-tokenizer, the encoder and dedup's signatures use. All tiers give the
// same results; they differ in speed alone.
enum class SimdTier {
  kScalar,  // any processor
  kAvx2,    // x86-64 with AVX2, BMI1, BMI2, LZCNT, POPCNT and AES (since 2013)
  kAvx512,  // and AVX-512 F, BW, DQ, VL, VBMI, VBMI2 (since 2019)
};

// The tiers that this program holds and this processor runs, slowest first; never empty.
std::span<const SimdTier> SimdTiers();

// The last of them.
SimdTier BestSimdTier();

// "scalar", "avx2", "avx512".
std::string_view SimdTierName(SimdTier tier);

}  // namespace owt::text
