#include "stages/dedup/numpy_draws.h"

#include <bit>

namespace owt::dedup {

uint32_t NumpyDraws::Draw32(uint32_t last) {
  if (last == 0) return 0;
  const uint32_t mask = ~uint32_t{0} >> std::countl_zero(last);
  while (true) {
    const uint32_t value = static_cast<uint32_t>(words_()) & mask;
    if (value <= last) return value;
  }
}

uint64_t NumpyDraws::Draw64(uint64_t last) {
  const uint64_t mask = ~uint64_t{0} >> std::countl_zero(last);
  while (true) {
    const auto high = static_cast<uint64_t>(words_());
    const uint64_t value = (high << 32 | words_()) & mask;
    if (value <= last) return value;
  }
}

}  // namespace owt::dedup
