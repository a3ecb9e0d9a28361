#pragma once

#include <cstdint>
#include <random>

namespace owt::dedup {

// numpy.random.RandomState(seed).randint, as far as the parameters of other packages need it: the
// legacy generator, masked rejection. One call draws one number.
class NumpyDraws {
 public:
  explicit NumpyDraws(uint32_t seed) : words_(seed) {}

  // dtype=uint32, or any where the range has at most 32 bits: in [0, last].
  uint32_t Draw32(uint32_t last);

  // dtype=uint64: in [0, last]. REQUIRES: last >= 2^32.
  uint64_t Draw64(uint64_t last);

 private:
  std::mt19937 words_;
};

}  // namespace owt::dedup
