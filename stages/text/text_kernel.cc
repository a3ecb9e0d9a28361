#include "stages/text/text_kernel.h"

namespace owt::text {

const TextKernel& TextKernelOf(SimdTier tier) {
#ifdef OWT_X86_KERNELS
  if (tier == SimdTier::kAvx512) return kAvx512Kernel;
  if (tier == SimdTier::kAvx2) return kAvx2Kernel;
#endif
  (void)tier;
  return kScalarKernel;
}

}  // namespace owt::text
