#include "stages/dedup/anchors.h"

#include <algorithm>
#include <bit>

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
    : size_(size), hashes_(std::bit_ceil(size.max_offset + 1)) {
  uint64_t power = 1;
  for (size_t i = 0; i < size_.anchor_bytes; ++i) power *= kRollingBase;
  for (uint64_t byte = 0; byte < 256; ++byte) {
    entering_[byte] = MultiplyFold(byte + kHashA, kHashB ^ (byte << 32));
    leaving_[byte] = entering_[byte] * power;
  }
}

void AnchorSampler::Add(std::string_view text, uint64_t key, size_t at, size_t first, size_t last,
                        std::vector<Anchor>* anchors) const {
  const uint64_t place = uint64_t{at - first} << 32 | (at - last);
  const uint64_t hull =
      XXH3_64bits_withSeed(text.data() + first, last - first + size_.bytes, place);
  anchors->push_back({key, hull, at, first, last});
}

void AnchorSampler::Sample(std::string_view text, std::vector<Anchor>* anchors) {
  anchors->clear();
  if (text.size() < size_.bytes) return;
  const auto* const out = reinterpret_cast<const uint8_t*>(text.data());
  const uint8_t* const in = out + size_.anchor_bytes - 1;
  const size_t count = text.size() - size_.anchor_bytes + 1;
  const size_t in_window = size_.max_offset + 1;  // runs
  uint64_t* const hashes = hashes_.data();
  const size_t mask = hashes_.size() - 1;
  uint64_t rolling = 0;
  for (const uint8_t* byte = out; byte < in; ++byte) {
    rolling = rolling * kRollingBase + entering_[*byte];
  }
  uint64_t left = 0;  // what of the last run is not in this one
  ahead_.clear();
  Least now = {~uint64_t{0}, 0};
  Least behind = now;  // of the runs behind those that are in ahead_
  size_t first = 0;
  for (size_t i = 0; i < count; ++i) {
    rolling = rolling * kRollingBase + (entering_[in[i]] - left);
    left = leaving_[out[i]];
    const uint64_t hash = Mix(rolling);
    hashes[i & mask] = hash;
    const bool is_least_behind = hash <= behind.hash;
    behind.hash = is_least_behind ? hash : behind.hash;
    behind.at = is_least_behind ? i : behind.at;
    const bool is_least = hash <= now.hash;
    if (!is_least && i != now.at + in_window) continue;
    if (i >= in_window) {
      Add(text, now.hash, now.at, first, i - in_window, anchors);
      first = i - in_window + 1;
    }
    // Else the least one has left the window: what is behind it is known, unless it was the last
    // that ahead_ and `behind` knew of, which is once for a window's length at most.
    if (is_least) {
      ahead_.clear();
      now = {hash, i};
    } else if (!ahead_.empty()) {
      now = Follower(behind);
    } else {
      now = LookAhead(i);
      behind = {~uint64_t{0}, 0};
    }
  }
  Add(text, now.hash, now.at, first, count - in_window, anchors);
}

AnchorSampler::Least AnchorSampler::Follower(Least behind) {
  ahead_.pop_back();
  if (!ahead_.empty() && ahead_.back().hash < behind.hash) return ahead_.back();
  ahead_.clear();
  return behind;
}

// Fills ahead_ with runs of the window that ends with run `last`.
AnchorSampler::Least AnchorSampler::LookAhead(size_t last) {
  const size_t mask = hashes_.size() - 1;
  uint64_t least = ~uint64_t{0};
  for (size_t i = last, left = size_.max_offset + 1; left > 0; --i, --left) {
    const uint64_t hash = hashes_[i & mask];
    if (hash < least || ahead_.empty()) {
      least = hash;
      ahead_.push_back({hash, i});
    }
  }
  return ahead_.back();
}

}  // namespace owt::dedup
