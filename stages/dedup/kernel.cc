#include "stages/dedup/kernel.h"

namespace owt::dedup {

const DedupKernel& DedupKernelOf(text::SimdTier tier) {
#ifdef OWT_X86_KERNELS
  if (tier == text::SimdTier::kAvx512) return kAvx512Kernel;
  if (tier == text::SimdTier::kAvx2) return kAvx2Kernel;
#endif
  (void)tier;
  return kScalarKernel;
}

}  // namespace owt::dedup
