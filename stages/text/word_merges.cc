#include "stages/text/word_merges.h"

#include <algorithm>
#include <bit>
#include <numeric>
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
  std::vector<uint32_t> ends(vocab.size() + 1);  // of the merges of each left token, in `ranks`
  for (const formats::MergePair& merge : merges) ++ends[merge.left + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<uint32_t> ranks(merges.size());
  for (uint32_t rank = 0; rank < merges.size(); ++rank) ranks[ends[merges[rank].left]++] = rank;
  buckets_.reserve(merges.size());
  for (size_t left = 0, begin = 0; left < vocab.size(); begin = ends[left++]) {
    const auto own = std::span(ranks).subspan(begin, ends[left] - begin);
    if (own.empty()) continue;  // row 0: the empty bucket
    const auto first_bucket = static_cast<uint32_t>(buckets_.size());
    auto log = static_cast<unsigned>(
        std::countr_zero(std::bit_ceil((own.size() + kBucketSize - 1) / kBucketSize)));
    while (!Fill(merges, own, first_bucket, log)) ++log;
    rows_[left] = first_bucket << kLogBits | log;
  }

  std::vector<unsigned> bytes_of(formats::Gpt2Vocab::kNumBytes);
  for (unsigned byte = 0; byte < 256; ++byte) {
    byte_ids_[byte] = static_cast<uint16_t>(vocab.byte_id(static_cast<uint8_t>(byte)));
    bytes_of[byte_ids_[byte]] = byte;
  }
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const auto [left, right] = merges[rank];
    if (left >= bytes_of.size() || right >= bytes_of.size()) continue;
    uint16_t& merged = byte_pairs_[bytes_of[left] | bytes_of[right] << 8];
    if (merged == kNone) merged = static_cast<uint16_t>(formats::Gpt2Vocab::kNumBytes + rank);
  }
}

uint16_t WordMerges::Merged(uint16_t left, uint16_t right) const {
  const Bucket& bucket = Find(left, right);
  for (size_t i = 0; i < kBucketSize; ++i) {
    if (bucket.rights[i] == right) return bucket.merged[i];
  }
  return kNone;
}

unsigned WordMerges::EncodeFew(const uint8_t* bytes, size_t size, uint16_t* ids) const {
  for (size_t i = 0; i < size; ++i) ids[i] = byte_ids_[bytes[i]];
  if (size == 1) return 1;
  const uint16_t first = byte_pair(static_cast<uint16_t>(bytes[0] | bytes[1] << 8));
  if (size == 2) {
    if (first == kNone) return 2;
    ids[0] = first;
    return 1;
  }
  const uint16_t second = byte_pair(static_cast<uint16_t>(bytes[1] | bytes[2] << 8));
  if (first == kNone && second == kNone) return 3;
  const bool is_first = first <= second;
  const uint16_t all = is_first ? Merged(first, ids[2]) : Merged(ids[0], second);
  if (all != kNone) {
    ids[0] = all;
    return 1;
  }
  ids[0] = is_first ? first : ids[0];
  ids[1] = is_first ? ids[2] : second;
  return 2;
}

// False where more tokens than one bucket holds have the same place.
bool WordMerges::Fill(std::span<const formats::MergePair> merges, std::span<const uint32_t> ranks,
                      uint32_t begin, unsigned log) {
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
