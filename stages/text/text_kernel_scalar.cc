// Plain C++: for processors without more, and what the other tiers are compared with.
#include <array>

#include "stages/text/text_kernel_loops.h"
#include "stages/text/unicode_class.h"

namespace owt::text {
namespace {

enum : uint8_t {
  kLetterBit = 1,
  kNumberBit = 2,
  kWhiteBit = 4,
  kSpaceBit = 8,
  kApostropheBit = 16,
  kBeyondBit = 32
};

constexpr std::array<uint8_t, 256> kBits = [] {
  std::array<uint8_t, 256> bits{};
  for (unsigned c = 'a'; c <= 'z'; ++c) bits[c] = bits[c - 'a' + 'A'] = kLetterBit;
  for (unsigned c = '0'; c <= '9'; ++c) bits[c] = kNumberBit;
  for (unsigned c = '\t'; c <= '\r'; ++c) bits[c] = kWhiteBit;
  bits[' '] = kWhiteBit | kSpaceBit;
  bits['\''] = kApostropheBit;
  for (unsigned c = 128; c < 256; ++c) bits[c] = kBeyondBit;
  return bits;
}();

struct Simd {
  static ByteClasses Classify(const char* block) {
    ByteClasses classes;
    for (unsigned i = 0; i < ByteClasses::kBytes; ++i) {
      const uint64_t bits = kBits[static_cast<uint8_t>(block[i])];
      classes.letter |= (bits & 1) << i;
      classes.number |= (bits >> 1 & 1) << i;
      classes.white |= (bits >> 2 & 1) << i;
      classes.space |= (bits >> 3 & 1) << i;
      classes.apostrophe |= (bits >> 4 & 1) << i;
      classes.beyond_ascii |= (bits >> 5) << i;
    }
    return classes;
  }

  static LetterBytes FindLetters(const char* block) {
    LetterBytes letters;
    for (unsigned i = 0; i < ByteClasses::kBytes; ++i) {
      const auto byte = static_cast<uint8_t>(block[i]);
      const bool symbol =
          byte == 0xE4 && i + 1 < ByteClasses::kBytes && static_cast<uint8_t>(block[i + 1]) == 0xB7;
      const bool of_three = byte >= 0xE4 && byte <= 0xEC && byte != 0xEA && !symbol;
      letters.inside |= uint64_t{(byte & 0xC0) == 0x80} << i;
      letters.of_two |= uint64_t{(byte & 0xFE) == 0xD0} << i;
      letters.of_three |= uint64_t{of_three} << i;
    }
    return letters;
  }

  static size_t Positions(uint64_t bits, uint32_t first, uint32_t* out) {
    size_t count = 0;
    for (; bits != 0; bits &= bits - 1) {
      out[count++] = first + static_cast<uint32_t>(__builtin_ctzll(bits));
    }
    return count;
  }

  using Key = WordKey;

  static Key Load(const char* at, size_t n) {
    Key key;
    std::memcpy(&key, at, sizeof(key));
    if (n < 8) {
      key.low &= (uint64_t{1} << 8 * n) - 1;
      key.high = 0;
    } else if (n < 16) {
      key.high &= (uint64_t{1} << 8 * (n - 8)) - 1;
    } else {
      key = {};
    }
    key.high |= static_cast<uint64_t>(n) << 56;
    return key;
  }

  static uint64_t Hash(const Key& key) {
    constexpr uint64_t kFactor = 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio, odd
    uint64_t hash = (key.low ^ key.high * kFactor) * kFactor;
    hash ^= hash >> 32;
    return hash * kFactor >> 20;
  }

  static void Store(const Key& key, WordKey* to) { *to = key; }

  static bool Equal(const WordKey* a, const WordKey* b) {
    return ((a->low ^ b->low) | (a->high ^ b->high)) == 0;
  }

  static void Copy16(const char* from, char* to) { std::memcpy(to, from, 16); }
};

}  // namespace

const TextKernel kScalarKernel = {TextLoops<Simd>::Split, TextLoops<Simd>::Encode,
                                  TextLoops<Simd>::HashOf, nullptr, nullptr};

}  // namespace owt::text
