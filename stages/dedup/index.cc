#include "stages/dedup/index.h"

#include <oneapi/tbb/parallel_sort.h>

#include <algorithm>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace owt::dedup {

TextKey KeyOf(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.low64, hash.high64};
}

void Index::Add(const TextKey& key, std::span<const uint64_t> band_keys) {
  states_.push_back(band_keys.empty() ? State::kWithoutShingles : State::kSigned);
  keys_.push_back(key);
  band_keys_.insert(band_keys_.end(), band_keys.begin(), band_keys.end());
}

void Index::SkipTo(uint64_t size) {
  states_.resize(size, State::kNone);
  keys_.resize(size);
}

std::vector<uint32_t> Index::FirstCopies() const {
  std::vector<std::pair<TextKey, uint32_t>> sorted;
  sorted.reserve(keys_.size());
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (states_[i] != State::kNone) sorted.emplace_back(keys_[i], static_cast<uint32_t>(i));
  }
  oneapi::tbb::parallel_sort(sorted.begin(), sorted.end());
  std::vector<uint32_t> first(keys_.size(), kNoDocument);
  for (size_t i = 0; i < sorted.size(); ++i) {
    const bool is_copy = i > 0 && sorted[i].first == sorted[i - 1].first;
    first[sorted[i].second] = is_copy ? first[sorted[i - 1].second] : sorted[i].second;
  }
  return first;
}

Buckets Index::TakeCandidates(std::span<const uint32_t> first_copies) {
  std::vector<uint32_t> documents;
  std::vector<uint64_t> keys = std::exchange(band_keys_, {});
  const auto bands = static_cast<ptrdiff_t>(bands_);
  auto from = keys.begin();
  auto to = keys.begin();
  for (size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] != State::kSigned) continue;
    if (first_copies[i] == i) {
      documents.push_back(static_cast<uint32_t>(i));
      to = std::copy(from, from + bands, to);
    }
    from += bands;
  }
  keys.resize(static_cast<size_t>(to - keys.begin()));
  return FindBuckets(documents, keys, bands_);
}

}  // namespace owt::dedup
