#include "stages/dedup/candidates.h"

#include <utility>

#include "pipeline/hash.h"
#include "stages/dedup/band_file.h"
#include "stages/dedup/repeated_keys.h"

namespace owt::dedup {
namespace {

constexpr size_t kLargeBuffer = size_t{1} << 20;
constexpr size_t kSeenLarge = size_t{1} << 16;

std::string_view BytesOf(std::span<const uint32_t> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

}  // namespace

Candidates::Candidates(std::string scratch_folder, uint64_t memory_bytes, uint64_t num_records)
    : folder_(std::move(scratch_folder)),
      memory_bytes_(memory_bytes),
      documents_(num_records),
      pairs_(folder_, memory_bytes / 2),
      large_(folder_, kLargeBuffer),
      seen_large_(kSeenLarge) {}

void Candidates::AddBand(const std::string& path, uint32_t band, const RecordSet& skipped) {
  const BandFileReader file(path, band);
  RepeatedKeys repeated(folder_, memory_bytes_ / 2, file.size());
  file.ForEachBandKey(skipped.size(), [&](uint64_t key, uint32_t document) {
    if (!skipped.Has(document)) repeated.Count(key);
  });
  file.ForEachBandKey(skipped.size(), [&](uint64_t key, uint32_t document) {
    if (!skipped.Has(document)) repeated.Add(key, 0, document);
  });
  repeated.ForEachGroup([&](std::span<const uint32_t> members) { AddBucket(members, band); });
}

void Candidates::AddBucket(std::span<const uint32_t> members, uint32_t band) {
  for (const uint32_t member : members) documents_.Add(member);
  if (members.size() > kAllPairs) {
    if (!IsNewLarge(members)) return;
    const uint32_t head[] = {band, static_cast<uint32_t>(members.size())};
    large_.Append(BytesOf(head));
    large_.Append(BytesOf(members));
    return;
  }
  for (size_t i = 0; i < members.size(); ++i) {
    for (size_t j = i + 1; j < members.size(); ++j) {
      pairs_.Add({uint64_t{members[i]} << 32 | members[j], band, 0});
    }
  }
}

// Near copies share most of their bands: the same bucket comes again and again.
bool Candidates::IsNewLarge(std::span<const uint32_t> members) {
  const uint64_t hash = Hash64(BytesOf(members));
  uint64_t& seen = seen_large_[hash % kSeenLarge];
  return std::exchange(seen, hash) != hash;
}

void Candidates::Finish() {
  documents_.Seal();
  pairs_.Finish();
  large_.FinishWriting();
}

bool Candidates::NextPair(CandidatePair* pair) {
  RecordSorter::Record record;
  do {
    if (!pairs_.Next(&record)) return false;
  } while (record[0] == last_pair_[0]);  // no pair is 0 and 0
  last_pair_ = record;
  *pair = {static_cast<uint32_t>(record[0] >> 32), static_cast<uint32_t>(record[0]),
           static_cast<uint32_t>(record[1])};
  return true;
}

bool Candidates::NextLarge(LargeBucket* bucket) {
  if (large_at_ == large_.size()) return false;
  uint32_t head[2];
  large_at_ += large_.ReadAt(large_at_, reinterpret_cast<char*>(head), sizeof(head));
  bucket->band = head[0];
  bucket->members.resize(head[1]);
  large_at_ += large_.ReadAt(large_at_, reinterpret_cast<char*>(bucket->members.data()),
                             head[1] * sizeof(uint32_t));
  return true;
}

}  // namespace owt::dedup
