// Any processor. Vectors of 16 bytes, which every x86-64 has; elsewhere the compiler takes them
// apart.
#include "stages/dedup/kernel_loops.h"

namespace owt::dedup {
namespace {

struct ScalarSimd {
  static AsciiBlock Fold(const char* block, char* lower) {
    AsciiBlock result;
    for (unsigned i = 0; i < 64; ++i) {
      const auto byte = static_cast<unsigned char>(block[i]);
      const bool is_letter = static_cast<unsigned char>((byte | 0x20) - 'a') < 26;
      const bool is_digit = static_cast<unsigned char>(byte - '0') < 10;
      lower[i] = static_cast<char>(is_letter ? byte | 0x20 : byte);
      result.words |= static_cast<uint64_t>(is_letter || is_digit) << i;
      result.beyond |= static_cast<uint64_t>(byte >> 7) << i;
    }
    return result;
  }

  static size_t Positions(uint64_t bits, uint32_t first, uint32_t* out) {
    size_t count = 0;
    for (; bits != 0; bits &= bits - 1) {
      out[count++] = first + static_cast<uint32_t>(__builtin_ctzll(bits));
    }
    return count;
  }
};

}  // namespace

const DedupKernel kScalarKernel = MakeKernel<ScalarSimd, 16, 4>();

}  // namespace owt::dedup
