#include "tests/reference/slow_minhash.h"

#include <bit>
#include <cstring>

namespace owt::reference {

uint64_t MersenneValue(uint64_t a, uint64_t b, uint64_t hash) {
  return (a * hash + b) % ((uint64_t{1} << 61) - 1);
}

uint32_t Murmur32(std::string_view bytes, uint32_t seed) {
  uint32_t hash = seed;
  for (size_t i = 0; i < bytes.size(); i += 4) {
    const std::string_view block = bytes.substr(i, 4);
    uint32_t word = 0;
    std::memcpy(&word, block.data(), block.size());
    word = std::rotl(word * 0xcc9e2d51u, 15) * 0x1b873593u;
    hash ^= word;
    if (block.size() == 4) hash = std::rotl(hash, 13) * 5 + 0xe6546b64u;
  }
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6bu;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
  return hash ^ hash >> 16;
}

}  // namespace owt::reference
