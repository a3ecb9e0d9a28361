#include "stages/dedup/anchors.h"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "stages/dedup/shingle_hash.h"

namespace owt::dedup {
namespace {

constexpr uint64_t kRollingBase = 0x9FB21C651E98DF25u;  // odd

constexpr size_t kBlock = 4096;  // runs hashed at a time
// Each hash waits for the one before. Two rows of them side by side take half the time, where the
// second is begun soon.
constexpr size_t kSoon = 256;

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

AnchorSampler::AnchorSampler(WindowSize size) : size_(size), hashes_(size.max_offset + 1 + kBlock) {
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

// Of the runs of `count` + k - 1 bytes.
void AnchorSampler::HashBlock(const uint8_t* bytes, size_t count, uint64_t* hashes) {
  const size_t to_last = size_.anchor_bytes - 1;  // byte of a run
  const auto step = [&](Rolling* rolling, const uint8_t* run) {
    rolling->hash = rolling->hash * kRollingBase + (entering_[run[to_last]] - rolling->left);
    rolling->left = leaving_[*run];
    return Mix(rolling->hash);
  };
  Rolling now = rolling_;
  size_t i = 0;
  if (to_last < kSoon && count >= 4 * kSoon) {
    const size_t half = count / 2;
    Rolling second = Begin(bytes + half);
    for (; i < half; ++i) {
      hashes[i] = step(&now, bytes + i);
      hashes[half + i] = step(&second, bytes + half + i);
    }
    now = second;
    i = 2 * half;
  }
  for (; i < count; ++i) hashes[i] = step(&now, bytes + i);
  rolling_ = now;
}

// Before the first run.
AnchorSampler::Rolling AnchorSampler::Begin(const uint8_t* bytes) const {
  Rolling rolling;
  for (size_t i = 0; i + 1 < size_.anchor_bytes; ++i) {
    rolling.hash = rolling.hash * kRollingBase + entering_[bytes[i]];
  }
  return rolling;
}

// hashes_ holds those of a window before the block, then those of the block. The least one stays
// until one as little comes, or it has left the window.
void AnchorSampler::Sample(std::string_view text, std::vector<Anchor>* anchors) {
  anchors->clear();
  if (text.size() < size_.bytes) return;
  const auto* const bytes = reinterpret_cast<const uint8_t*>(text.data());
  const size_t count = text.size() - size_.anchor_bytes + 1;
  const size_t in_window = size_.max_offset + 1;  // runs
  rolling_ = Begin(bytes);
  ahead_.assign(1, {~uint64_t{0}, 0});
  ahead_at_ = 0;
  Least now = ahead_[0];
  size_t first = 0;
  for (size_t base = 0; base < count; base += kBlock) {
    const size_t size = std::min(kBlock, count - base);
    HashBlock(bytes + base, size, hashes_.data() + in_window);
    const uint64_t* hash = hashes_.data() + in_window;
    for (size_t i = base; i < base + size; ++i, ++hash) {
      const bool is_least = *hash <= now.hash;
      if (!is_least && i != now.at + in_window) continue;
      if (i >= in_window) {
        Add(text, now.hash, now.at, first, i - in_window, anchors);
        first = i - in_window + 1;
      }
      if (is_least) {
        ahead_.assign(1, {*hash, i});
        ahead_at_ = 0;
        scanned_ = i;
      } else {
        LookAhead(hash, i);
      }
      now = ahead_[ahead_at_];
    }
    std::copy_n(hashes_.end() - static_cast<ptrdiff_t>(in_window), in_window, hashes_.begin());
  }
  Add(text, now.hash, now.at, first, count - in_window, anchors);
}

// The least one has left the window, which ends with run `last` of this hash, behind those of the
// others. Every run is looked at once.
void AnchorSampler::LookAhead(const uint64_t* hash, size_t last) {
  ++ahead_at_;
  found_.clear();
  for (size_t i = last; i > scanned_; --i, --hash) {
    if (found_.empty() || *hash < found_.back().hash) found_.push_back({*hash, i});
  }
  scanned_ = last;
  while (ahead_.size() > ahead_at_ && ahead_.back().hash >= found_.back().hash) ahead_.pop_back();
  if (ahead_.size() == ahead_at_) {
    ahead_.clear();
    ahead_at_ = 0;
  }
  ahead_.insert(ahead_.end(), found_.rbegin(), found_.rend());
}

}  // namespace owt::dedup
