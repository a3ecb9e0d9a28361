#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace owt::formats {

// How KenLM (https://kheafield.com/code/kenlm) names words and n-grams in its hash tables.

// 1 to 7 bytes as a number, the first byte the lowest. Without a loop over them: parts may overlap.
inline uint64_t LoadShort(std::string_view bytes) {
  const size_t size = bytes.size();
  if (size < 4) {
    const auto byte = [bytes](size_t i) {
      return uint64_t{static_cast<uint8_t>(bytes[i])} << 8 * i;
    };
    return byte(0) | byte(size / 2) | byte(size - 1);
  }
  uint32_t low, high;
  std::memcpy(&low, bytes.data(), sizeof low);
  std::memcpy(&high, bytes.data() + size - sizeof high, sizeof high);
  return low | static_cast<uint64_t>(high) << 8 * (size - sizeof high);
}

// MurmurHash64A (Austin Appleby, public domain) with the seed 0: the key of a word.
inline uint64_t HashNgramWord(std::string_view word) {
  constexpr uint64_t kFactor = 0xC6A4A7935BD1E995;
  constexpr int kShift = 47;
  uint64_t hash = word.size() * kFactor;
  uint64_t part;
  for (; word.size() >= sizeof part; word.remove_prefix(sizeof part)) {
    std::memcpy(&part, word.data(), sizeof part);
    part *= kFactor;
    part ^= part >> kShift;
    hash = (hash ^ (part * kFactor)) * kFactor;
  }
  if (!word.empty()) hash = (hash ^ LoadShort(word)) * kFactor;
  hash = (hash ^ (hash >> kShift)) * kFactor;
  return hash ^ (hash >> kShift);
}

// The key of an n-gram from that of its last n - 1 words and the id of the word before them. The
// key of one word is its id.
inline uint64_t ExtendNgramKey(uint64_t key, uint32_t word) {
  return key * 8978948897894561157u ^ static_cast<uint64_t>(word + 1u) * 17894857484156487943u;
}

// n % divisor by a multiplication, in a third of the time of a division.
class FastModulo {
 public:
  // REQUIRES: divisor > 0.
  explicit FastModulo(uint64_t divisor = 1)
      : divisor_(divisor), reciprocal_(~uint64_t{0} / divisor) {}

  uint64_t operator()(uint64_t n) const {
    // The quotient is the right one or up to two less.
    const auto quotient =
        static_cast<uint64_t>((static_cast<unsigned __int128>(n) * reciprocal_) >> 64);
    uint64_t rest = n - quotient * divisor_;
    while (rest >= divisor_) rest -= divisor_;
    return rest;
  }

 private:
  uint64_t divisor_;
  uint64_t reciprocal_;
};

}  // namespace owt::formats
