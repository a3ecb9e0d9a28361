#pragma once

#include <cstdint>
#include <string_view>

namespace owt::reference {

// (a * h + b mod 2^64) mod 2^61 - 1.
uint64_t MersenneValue(uint64_t a, uint64_t b, uint64_t hash);

// MurmurHash3_x86_32.
uint32_t Murmur32(std::string_view bytes, uint32_t seed);

}  // namespace owt::reference
