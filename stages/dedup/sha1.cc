#include "stages/dedup/sha1.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace owt::dedup {
namespace {

constexpr size_t kSha1Block = 64;

using Sha1State = std::array<uint32_t, 5>;

uint32_t LoadBigEndian(const unsigned char* at) {
  uint32_t word;
  std::memcpy(&word, at, sizeof(word));
  return __builtin_bswap32(word);
}

void AddSha1Block(const unsigned char* block, Sha1State* state) {
  std::array<uint32_t, 80> w;
  for (size_t i = 0; i < 16; ++i) w[i] = LoadBigEndian(block + 4 * i);
  for (size_t i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  uint32_t a = (*state)[0], b = (*state)[1], c = (*state)[2], d = (*state)[3], e = (*state)[4];
  const auto step = [&](uint32_t mixed, uint32_t constant, uint32_t word) {
    const uint32_t next = std::rotl(a, 5) + mixed + e + constant + word;
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  };
  for (size_t i = 0; i < 20; ++i) step((b & c) | (~b & d), 0x5a827999u, w[i]);
  for (size_t i = 20; i < 40; ++i) step(b ^ c ^ d, 0x6ed9eba1u, w[i]);
  for (size_t i = 40; i < 60; ++i) step((b & c) | (b & d) | (c & d), 0x8f1bbcdcu, w[i]);
  for (size_t i = 60; i < 80; ++i) step(b ^ c ^ d, 0xca62c1d6u, w[i]);
  const Sha1State added = {a, b, c, d, e};
  for (size_t i = 0; i < 5; ++i) (*state)[i] += added[i];
}

}  // namespace

uint64_t Sha1Low64(std::string_view bytes) {
  Sha1State state = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u};
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t left = bytes.size();
  for (; left >= kSha1Block; left -= kSha1Block, at += kSha1Block) AddSha1Block(at, &state);
  // The rest, a bit, zeros, and the number of bits: one block or two.
  std::array<unsigned char, 2 * kSha1Block> end{};
  if (left > 0) std::memcpy(end.data(), at, left);
  end[left] = 0x80;
  const size_t size = left + 9 <= kSha1Block ? kSha1Block : 2 * kSha1Block;
  const uint64_t bits = __builtin_bswap64(static_cast<uint64_t>(bytes.size()) * 8);
  std::memcpy(end.data() + size - sizeof(bits), &bits, sizeof(bits));
  for (size_t i = 0; i < size; i += kSha1Block) AddSha1Block(end.data() + i, &state);
  return __builtin_bswap32(state[0]) | static_cast<uint64_t>(__builtin_bswap32(state[1])) << 32;
}

}  // namespace owt::dedup
