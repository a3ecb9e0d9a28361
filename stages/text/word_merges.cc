#include "stages/text/word_merges.h"

#include <algorithm>
#include <bit>
#include <span>

namespace owt::text {
namespace {

constexpr WordMerges::Bucket kEmpty = [] {
  WordMerges::Bucket bucket{};
  for (size_t i = 0; i < WordMerges::kBucketSize; ++i) {
    bucket.rights[i] = bucket.merged[i] = WordMerges::kNone;
  }
  return bucket;
}();

}  // namespace

WordMerges::WordMerges(const formats::Gpt2Vocab& vocab)
    : byte_pairs_(size_t{1} << 16, kNone), rows_(vocab.size() + 1), buckets_(1, kEmpty) {
  const std::span<const formats::MergePair> merges = vocab.merges();
  std::vector<std::vector<uint32_t>> ranks(vocab.size());  // of the merges of each left token
  for (uint32_t rank = 0; rank < merges.size(); ++rank) ranks[merges[rank].left].push_back(rank);
  for (size_t left = 0; left < ranks.size(); ++left) {
    if (ranks[left].empty()) continue;  // row 0: the empty bucket
    const auto begin = static_cast<uint32_t>(buckets_.size());
    auto log = static_cast<unsigned>(
        std::countr_zero(std::bit_ceil((ranks[left].size() + kBucketSize - 1) / kBucketSize)));
    while (!Fill(merges, ranks[left], begin, log)) ++log;
    rows_[left] = begin << kLogBits | log;
  }

  for (unsigned byte = 0; byte < 256; ++byte) {
    byte_ids_[byte] = static_cast<uint16_t>(vocab.byte_id(static_cast<uint8_t>(byte)));
  }
  for (unsigned two = 0; two < byte_pairs_.size(); ++two) {
    const uint16_t right = byte_ids_[two >> 8];
    const Bucket& bucket = Find(byte_ids_[two & 0xFF], right);
    const auto* const found = std::find(bucket.rights, bucket.rights + kBucketSize, right);
    if (found != bucket.rights + kBucketSize) {
      byte_pairs_[two] = bucket.merged[found - bucket.rights];
    }
  }
}

// False where more tokens than one bucket holds have the same place.
bool WordMerges::Fill(std::span<const formats::MergePair> merges,
                      const std::vector<uint32_t>& ranks, uint32_t begin, unsigned log) {
  buckets_.resize(begin);
  buckets_.resize(begin + (size_t{1} << log), kEmpty);
  for (const uint32_t rank : ranks) {
    const auto right = static_cast<uint16_t>(merges[rank].right);
    Bucket& bucket = buckets_[begin + Place(right, log)];
    auto* const end = bucket.rights + kBucketSize;
    if (std::find(bucket.rights, end, right) != end) continue;  // of equal pairs the first counts
    auto* const free = std::find(bucket.rights, end, kNone);
    if (free == end) return false;
    *free = right;
    bucket.merged[free - bucket.rights] =
        static_cast<uint16_t>(formats::Gpt2Vocab::kNumBytes + rank);
  }
  return true;
}

}  // namespace owt::text
