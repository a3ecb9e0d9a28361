#include "stages/dedup/anchors.h"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "stages/dedup/shingle_hash.h"

namespace owt::dedup {
namespace {

constexpr uint64_t kRollingBase = 0x9FB21C651E98DF25u;  // odd

// The rolling hash is a polynomial, whose low bits depend on low bits alone; its order must not.
uint64_t Mix(uint64_t rolling) { return (rolling ^ (rolling >> 29)) * 0xBF58476D1CE4E5B9u; }

// A long anchor is seldom common by itself, a short one makes fewer of them: a half of the window.
size_t AnchorBytes(size_t window) {
  return std::max(window / 2,
                  window > WindowSize::kMostOffset ? window - WindowSize::kMostOffset : size_t{0});
}

}  // namespace

WindowSize::WindowSize(size_t num_bytes)
    : bytes(num_bytes), anchor_bytes(AnchorBytes(num_bytes)), max_offset(bytes - anchor_bytes) {}

AnchorSampler::AnchorSampler(WindowSize size)
    : size_(size),
      hashes_(size.max_offset + 1),
      suffix_least_(size.max_offset + 2, ~uint64_t{0}),
      suffix_at_(size.max_offset + 2) {
  uint64_t power = 1;
  for (size_t i = 0; i < size_.anchor_bytes; ++i) power *= kRollingBase;
  for (uint64_t byte = 0; byte < 256; ++byte) {
    entering_[byte] = MultiplyFold(byte + kHashA, kHashB ^ (byte << 32));
    leaving_[byte] = entering_[byte] * power;
  }
}

// The hashes of the next `count` runs, of which the first begins at `text`.
void AnchorSampler::HashBlock(const char* text, size_t count) {
  const auto* const out = reinterpret_cast<const uint8_t*>(text);
  const uint8_t* const in = out + size_.anchor_bytes - 1;
  uint64_t rolling = rolling_;
  uint64_t left = left_;
  for (size_t i = 0; i < count; ++i) {
    rolling = rolling * kRollingBase + (entering_[in[i]] - left);
    left = leaving_[out[i]];
    hashes_[i] = Mix(rolling);
  }
  rolling_ = rolling;
  left_ = left;
}

// For the windows that reach from this block into the next.
void AnchorSampler::KeepSuffixes(size_t base) {
  uint64_t least = ~uint64_t{0};
  size_t least_at = 0;
  for (size_t i = hashes_.size(); i-- > 0;) {
    if (hashes_[i] < least) {
      least = hashes_[i];
      least_at = base + i;
    }
    suffix_least_[i] = least;
    suffix_at_[i] = least_at;
  }
}

void AnchorSampler::Add(std::string_view text, uint64_t key, size_t at, size_t first, size_t last,
                        std::vector<Anchor>* anchors) const {
  const uint64_t place = uint64_t{at - first} << 32 | (at - last);
  const uint64_t hull =
      XXH3_64bits_withSeed(text.data() + first, last - first + size_.bytes, place);
  anchors->push_back({key, hull, at, first, last});
}

// The least of a sliding window by blocks as long as the window: it is that of the suffix of one
// block and the prefix of the next.
void AnchorSampler::Sample(std::string_view text, std::vector<Anchor>* anchors) {
  anchors->clear();
  if (text.size() < size_.bytes) return;
  const size_t count = text.size() - size_.anchor_bytes + 1;
  const size_t block = hashes_.size();
  rolling_ = left_ = 0;
  for (size_t i = 0; i + 1 < size_.anchor_bytes; ++i) {
    rolling_ = rolling_ * kRollingBase + entering_[static_cast<uint8_t>(text[i])];
  }
  size_t at = 0;
  size_t first = 0;
  uint64_t key = 0;
  bool any = false;
  for (size_t base = 0; base < count; base += block) {
    const size_t size = std::min(block, count - base);
    HashBlock(text.data() + base, size);
    uint64_t least = ~uint64_t{0};
    size_t least_at = base;
    for (size_t i = 0; i < size; ++i) {
      const bool is_less = hashes_[i] <= least;
      least = is_less ? hashes_[i] : least;
      least_at = is_less ? base + i : least_at;
      if (base == 0 && i + 1 < block) continue;  // no whole window yet
      const bool is_before = suffix_least_[i + 1] < least && base != 0;
      const size_t now = is_before ? suffix_at_[i + 1] : least_at;
      if (any && now == at) continue;
      const size_t window = base + i + 1 - block;
      if (any) Add(text, key, at, first, window - 1, anchors);
      at = now;
      first = window;
      key = is_before ? suffix_least_[i + 1] : least;
      any = true;
    }
    KeepSuffixes(base);
  }
  Add(text, key, at, first, text.size() - size_.bytes, anchors);
}

}  // namespace owt::dedup
