#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace owt::tests {

// MD5 as 32 hexadecimal digits (RFC 1321), to compare with hashes that other programs published.
inline std::string Md5(std::string_view bytes) {
  static constexpr int kShifts[4][4] = {
      {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  std::string padded(bytes);
  padded += '\x80';
  while (padded.size() % 64 != 56) padded += '\0';
  const uint64_t bits = uint64_t{8} * bytes.size();
  padded.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
  std::array<uint32_t, 4> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  for (size_t block = 0; block < padded.size(); block += 64) {
    std::array<uint32_t, 16> words;
    std::memcpy(words.data(), padded.data() + block, 64);
    auto [a, b, c, d] = state;
    for (uint32_t i = 0; i < 64; ++i) {
      const uint32_t round = i / 16;
      const uint32_t mixed = round == 0   ? ((b & c) | (~b & d))
                             : round == 1 ? ((b & d) | (c & ~d))
                             : round == 2 ? (b ^ c ^ d)
                                          : (c ^ (b | ~d));
      const uint32_t word = round == 0   ? i
                            : round == 1 ? 5 * i + 1
                            : round == 2 ? 3 * i + 5
                                         : 7 * i;
      const auto sine = static_cast<uint32_t>(std::floor(std::abs(std::sin(i + 1.0)) * 0x1p32));
      const uint32_t sum = a + mixed + sine + words[word % 16];
      a = d;
      d = c;
      c = b;
      b += std::rotl(sum, kShifts[round][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }
  std::string text;
  for (size_t i = 0; i < 16; ++i) {
    const uint32_t byte = (state[i / 4] >> (8 * (i % 4))) & 0xFF;
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace owt::tests
