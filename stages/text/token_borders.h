#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace owt::text {

// Where in a text a token may hold the byte before and a byte beyond ASCII behind it, as far as
// these two and their neighbours on both sides tell. Where none may, no merge crosses, and the text
// can be cut without a change to its ids. About 80 KiB.
class TokenBorders {
 public:
  TokenBorders();

  // Takes a token in. REQUIRES: nobody reads meanwhile.
  void Add(std::string_view token);

  // Whether one of the tokens may hold both at[-1] and at[0] of the text. False is certain. About
  // 1 ns. REQUIRES: begin < at < end, *at >= 0x80.
  bool MayJoin(const uint8_t* begin, const uint8_t* at, const uint8_t* end) const {
    const unsigned found = places_->of_pairs[at[-1] << 8 | at[0]];
    if (found == 0) return false;
    if ((found & kFirst) == 0 && (at - begin < 2 || !HasTriple(at - 2, kBefore))) return false;
    return (found & kLast) != 0 || (end - at > 1 && HasTriple(at - 1, kBehind));
  }

  // The bits of those of the bytes E0 to EF, the lowest first, that a token may hold behind `last`.
  unsigned LeadsBehind(uint8_t last) const {
    unsigned leads = 0;
    for (unsigned i = 0; i < 16; ++i) {
      leads |= places_->of_pairs[last << 8 | 0xE0 | i] != 0 ? 1u << i : 0;
    }
    return leads;
  }

  // Whether MayJoin can be true between the character of three bytes that begins at `at` and any
  // other of three bytes behind it. False is certain. REQUIRES: leads == LeadsBehind(at[2]).
  bool MayJoinNext(const uint8_t* at, unsigned leads) const {
    for (; leads != 0; leads &= leads - 1) {
      const auto first = static_cast<uint8_t>(0xE0 | __builtin_ctz(leads));
      const uint8_t triple[3] = {at[1], at[2], first};
      const bool begins = (places_->of_pairs[at[2] << 8 | first] & kFirst) != 0;
      if (begins || HasTriple(triple, kBefore)) return true;
    }
    return false;
  }

 private:
  // What is known of two bytes: a token holds them, begins with them, ends with them.
  enum : uint8_t { kInside = 1, kFirst = 2, kLast = 4 };

  // Whether the byte before them or the one behind them is part of the triple.
  enum Side : uint32_t { kBefore = 0, kBehind = 1 };

  struct Places {
    uint8_t of_pairs[256 * 256] = {};
    std::bitset<1 << 16> triples;  // by hash: one that is there may be another's
  };

  static size_t TripleHash(const uint8_t* at, Side side) {
    const uint32_t key = uint32_t{at[0]} << 16 | uint32_t{at[1]} << 8 | at[2] | side << 24;
    return key * 0x9E3779B1u >> 16;  // 2^32 / golden ratio, odd
  }

  bool HasTriple(const uint8_t* at, Side side) const {
    return places_->triples[TripleHash(at, side)];
  }

  std::unique_ptr<Places> places_;
};

}  // namespace owt::text
