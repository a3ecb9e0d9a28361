#include "stages/dedup/minhash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "stages/dedup/numpy_draws.h"

namespace owt::dedup {

namespace {

constexpr uint64_t kMersennePrime = (uint64_t{1} << 61) - 1;
constexpr size_t kWindowsAtOnce = 512;

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t NextRandom(uint64_t* state) {
  uint64_t x = (*state += 0x9e3779b97f4a7c15u);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// A block of four bytes, or the rest of fewer, before it meets the seed's hash.
uint32_t MixMurmurBlock(const char* at, size_t size) {
  uint32_t word = 0;
  std::memcpy(&word, at, size);
  return std::rotl(word * 0xcc9e2d51u, 15) * 0x1b873593u;
}

}  // namespace

MinHasher::MinHasher(Family family, size_t num_slots, uint64_t seed, text::SimdTier tier)
    : family_(family),
      num_slots_(num_slots),
      padded_slots_((num_slots + DedupKernel::kSlotsAtOnce - 1) / DedupKernel::kSlotsAtOnce *
                    DedupKernel::kSlotsAtOnce),
      is_wide_(family == Family::kDatasketchLegacy || family == Family::kDatatrove ||
               family == Family::kDatatroveSha1),
      kernel_(&DedupKernelOf(tier)),
      narrow_a_(is_wide_ ? 0 : padded_slots_),
      narrow_b_(narrow_a_.size()),
      wide_a_(is_wide_ ? padded_slots_ : 0),
      wide_b_(wide_a_.size()) {
  Draw(seed);
}

// Each as its package draws: pair by pair, or first the one and then the other numbers.
void MinHasher::Draw(uint64_t seed) {
  if (family_ == Family::kKperm32) {
    for (size_t i = 0; i < num_slots_; ++i) {
      const uint64_t random = NextRandom(&seed);
      narrow_a_[i] = static_cast<uint32_t>(random >> 32) | 1;
      narrow_b_[i] = static_cast<uint32_t>(random);
    }
    return;
  }
  NumpyDraws draws(static_cast<uint32_t>(seed));
  if (family_ == Family::kMegatron) {
    for (size_t i = 0; i < num_slots_; ++i) narrow_a_[i] = draws.Draw32(1000000 - 1);
  } else if (family_ == Family::kDatasketch) {
    for (size_t i = 0; i < num_slots_; ++i) narrow_a_[i] = draws.Draw32((1u << 31) - 1) * 2 + 1;
    for (size_t i = 0; i < num_slots_; ++i) narrow_b_[i] = draws.Draw32(~uint32_t{0});
  } else {
    const bool by_pairs = family_ == Family::kDatasketchLegacy;
    for (size_t i = 0; i < num_slots_; ++i) {
      wide_a_[i] = 1 + draws.Draw64(kMersennePrime - 2);
      if (by_pairs) wide_b_[i] = draws.Draw64(kMersennePrime - 1);
    }
    for (size_t i = 0; i < num_slots_ && !by_pairs; ++i) {
      wide_b_[i] = draws.Draw64(kMersennePrime - 1);
    }
  }
}

void MinHasher::Start(Signature* signature) const {
  // All bits, which to megatron's signed minimum is -1; to datatrove the largest signed number.
  if (is_wide_) {
    const bool is_legacy = family_ == Family::kDatasketchLegacy;
    signature->wide.assign(padded_slots_, is_legacy ? ~uint64_t{0} : ~uint64_t{0} >> 1);
    signature->narrow.clear();
  } else {
    signature->narrow.assign(padded_slots_, ~uint32_t{0});
  }
}

void MinHasher::Add(std::span<const uint64_t> hashes, Signature* signature) const {
  if (is_wide_) {
    const auto sign =
        family_ == Family::kDatasketchLegacy ? kernel_->mersenne32 : kernel_->mersenne64;
    sign(hashes.data(), hashes.size(), wide_a_.data(), wide_b_.data(), padded_slots_,
         signature->wide.data());
  } else {
    kernel_->affine32(hashes.data(), hashes.size(), narrow_a_.data(), narrow_b_.data(),
                      padded_slots_, signature->narrow.data());
  }
}

void MinHasher::AddWindows(std::string_view bytes, size_t size, Signature* signature) const {
  if (bytes.size() < size) return;
  MurmurShingles shingles;
  shingles.num_blocks = size / 4;
  shingles.has_tail = size % 4 != 0;
  shingles.size = static_cast<uint32_t>(size);
  std::vector<uint32_t> words;
  const size_t count = bytes.size() - size + 1;
  for (size_t begin = 0; begin < count; begin += kWindowsAtOnce) {
    words.clear();
    shingles.count = std::min(kWindowsAtOnce, count - begin);
    for (size_t i = begin; i < begin + shingles.count; ++i) {
      for (size_t at = 0; at < size; at += 4) {
        words.push_back(MixMurmurBlock(bytes.data() + i + at, std::min<size_t>(4, size - at)));
      }
    }
    shingles.words = words.data();
    kernel_->murmur32(shingles, narrow_a_.data(), padded_slots_, signature->narrow.data());
  }
}

void MinHasher::Finish(Signature* signature) const {
  if (family_ == Family::kDatasketchLegacy) {
    signature->narrow.resize(num_slots_);
    for (size_t i = 0; i < num_slots_; ++i) {
      signature->narrow[i] = static_cast<uint32_t>(signature->wide[i]);
    }
    signature->wide.clear();
  } else if (is_wide_) {
    signature->wide.resize(num_slots_);
  } else {
    signature->narrow.resize(num_slots_);
  }
}

Signature MinHasher::Sign(std::span<const uint64_t> hashes) const {
  Signature signature;
  Start(&signature);
  Add(hashes, &signature);
  Finish(&signature);
  return signature;
}

double EstimateJaccard(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

}  // namespace owt::dedup
