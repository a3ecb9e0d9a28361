#include "formats/bzip2_codes.h"

#include <algorithm>

// Short codes are looked up by the next kLookupBits bits; a long one is found by comparing with the
// first code that is longer, length by length.

namespace owt::formats {

bool Bzip2Codes::Set(std::span<const uint8_t> lengths) {
  std::array<uint32_t, kMaxLength + 1> num_codes{};
  for (const uint8_t length : lengths) ++num_codes[length];
  std::array<uint32_t, kMaxLength + 1> next_rank{};
  uint32_t code = 0;  // in kMaxLength bits
  uint32_t rank = 0;
  for (unsigned length = 1; length <= kMaxLength; ++length) {
    const unsigned shift = kMaxLength - length;
    first_[length] = (code >> shift) - rank;
    next_rank[length] = rank;
    rank += num_codes[length];
    code += num_codes[length] << shift;
    limit_[length] = code;
  }
  if (code > 1U << kMaxLength) return false;
  lookup_.fill(0);
  for (uint32_t symbol = 0; symbol < lengths.size(); ++symbol) {
    const unsigned length = lengths[symbol];
    rank = next_rank[length]++;
    symbols_[rank] = static_cast<uint16_t>(symbol);
    if (length > kLookupBits) continue;
    const unsigned shift = kLookupBits - length;
    const auto entry = static_cast<uint16_t>(symbol << 5 | length);
    std::fill_n(lookup_.begin() + ((rank + first_[length]) << shift), 1U << shift, entry);
  }
  return true;
}

uint32_t Bzip2Codes::FindLong(uint64_t window) const {
  const auto code = static_cast<uint32_t>(window >> (64 - kMaxLength));
  for (unsigned length = kLookupBits + 1; length <= kMaxLength; ++length) {
    if (code >= limit_[length]) continue;
    const uint32_t rank = (code >> (kMaxLength - length)) - first_[length];
    return uint32_t{symbols_[rank]} << 5 | length;
  }
  return kNoSymbol << 5;
}

}  // namespace owt::formats
