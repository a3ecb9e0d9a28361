#include "stages/dedup/sketch.h"

#include <bit>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "stages/dedup/sha1.h"

namespace owt::dedup {
namespace {

constexpr size_t kTextsAtOnce = 512;

// MurmurHash3's last step, by which datasketch mixes before its permutations.
uint32_t FinishMurmur(uint32_t hash) {
  hash = (hash ^ hash >> 16) * 0x85ebca6bu;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
  return hash ^ hash >> 16;
}

}  // namespace

uint64_t PythonTupleHash(std::span<const uint32_t> values) {
  constexpr uint64_t kPrime1 = 11400714785074694791u;
  constexpr uint64_t kPrime2 = 14029467366897019727u;
  constexpr uint64_t kPrime5 = 2870177450012600261u;
  uint64_t hash = kPrime5;
  for (const uint64_t value : values) hash = std::rotl(hash + value * kPrime2, 31) * kPrime1;
  hash += values.size() ^ kPrime5 ^ 3527539;
  return hash == ~uint64_t{0} ? 1546275796 : hash;
}

Sketcher::Sketcher(const MinHasher& hasher, ShingleRule rule, BandGeometry geometry,
                   const text::BpeModel* tokens, text::SimdTier tier)
    : hasher_(hasher),
      geometry_(geometry),
      shingler_(rule, tokens, tier),
      keys_(static_cast<size_t>(geometry.bands)) {}

uint64_t Sketcher::HashOf(std::string_view shingle) const {
  switch (hasher_.family()) {
    case Family::kDatasketch:
      return FinishMurmur(static_cast<uint32_t>(Sha1Low64(shingle)));
    case Family::kDatasketchLegacy:
      return static_cast<uint32_t>(Sha1Low64(shingle));
    case Family::kDatatroveSha1:
      return Sha1Low64(shingle);
    default:
      return XXH64(shingle.data(), shingle.size(), 0);
  }
}

void Sketcher::AddTexts(std::string_view text) {
  hashes_.clear();
  const auto add = [this] {
    hasher_.Add(hashes_, &signature_);
    hashes_.clear();
  };
  shingler_.ForEachText(text, [&](std::string_view shingle) {
    hashes_.push_back(HashOf(shingle));
    if (hashes_.size() == kTextsAtOnce) add();
  });
  add();
}

bool Sketcher::Sign(std::string_view text) {
  hasher_.Start(&signature_);
  const auto size = static_cast<uint64_t>(shingler_.rule().size);
  uint64_t num_units = text.size();
  if (hasher_.family() == Family::kMegatron) {
    hasher_.AddWindows(text, size, &signature_);
  } else if (hasher_.family() == Family::kKperm32) {
    shingler_.ForEachHash(
        text, [this](std::span<const uint64_t> hashes) { hasher_.Add(hashes, &signature_); });
    num_units = shingler_.num_units();
  } else {
    AddTexts(text);
    num_units = shingler_.num_units();
  }
  hasher_.Finish(&signature_);
  return num_units >= (TraitsOf(hasher_.family()).signs_short_texts ? 1 : size);
}

bool Sketcher::Sketch(std::string_view text) {
  if (!Sign(text)) return false;
  if (hasher_.family() == Family::kMegatron) {
    const auto rows = static_cast<size_t>(geometry_.rows);
    const std::span<const uint32_t> slots(signature_.narrow);
    for (size_t band = 0; band < keys_.size(); ++band) {
      keys_[band] = PythonTupleHash(slots.subspan(band * rows, rows));
    }
  } else if (signature_.wide.empty()) {
    BandKeys(signature_.narrow, geometry_, keys_);
  } else {
    BandKeys(signature_.wide, geometry_, keys_);
  }
  return true;
}

}  // namespace owt::dedup
