#include "stages/dedup/candidates.h"

#include <fmt/format.h>

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

std::string BandPath(const IndexPart& part, uint32_t band) {
  return fmt::format("{}.band-{:02}", part.signed_prefix(), band);
}

}  // namespace

Candidates::Candidates(const Input& input, std::string scratch_folder, uint64_t memory_bytes)
    : input_(input),
      folder_(std::move(scratch_folder)),
      memory_bytes_(memory_bytes),
      documents_(input.own->begin + input.own->size),
      pairs_(folder_, memory_bytes / 2),
      large_(folder_, kLargeBuffer),
      seen_large_(kSeenLarge) {}

void Candidates::AddBand(uint32_t band) {
  const IndexPart& own = *input_.own;
  const RecordSet& skipped = *input_.skipped;
  const BandFileReader file(BandPath(own, band), band);
  RepeatedKeys repeated(folder_, memory_bytes_ / 2, file.size());
  file.ForEachBandKey(own.size, [&](uint64_t key, uint32_t record) {
    if (!skipped.Has(own.begin + record)) repeated.Count(key);
  });
  for (const IndexPart& part : *input_.old) {
    const BandFileReader old(BandPath(part, band), band);
    old.ForEachBandKey(part.size, [&](uint64_t key, uint32_t record) {
      const uint64_t document = part.begin + record;
      if (!skipped.Has(document)) repeated.AddOld(key, 0, static_cast<uint32_t>(document));
    });
  }
  file.ForEachBandKey(own.size, [&](uint64_t key, uint32_t record) {
    const uint64_t document = own.begin + record;
    if (!skipped.Has(document)) repeated.Add(key, 0, static_cast<uint32_t>(document));
  });
  repeated.ForEachGroup([&](std::span<const uint32_t> members) { AddBucket(members, band); });
}

void Candidates::AddBucket(std::span<const uint32_t> members, uint32_t band) {
  const uint64_t first_own = input_.own->begin;
  if (members.back() < first_own || (!input_.own_too && members[0] >= first_own)) return;
  for (const uint32_t member : members) documents_.Add(member);
  if (members.size() > kAllPairs) return AddLarge(members, band);
  for (size_t i = 0; i < members.size(); ++i) {
    for (size_t j = i + 1; j < members.size(); ++j) {
      const bool is_wanted = members[j] >= first_own && (input_.own_too || members[i] < first_own);
      if (is_wanted) pairs_.Add({uint64_t{members[i]} << 32 | members[j], band, 0});
    }
  }
}

// Of old documents those that stayed stand for the others.
void Candidates::AddLarge(std::span<const uint32_t> members, uint32_t band) {
  std::vector<uint32_t> standing;
  for (const uint32_t member : members) {
    const bool is_old = member < input_.own->begin;
    if (!is_old || !input_.removed->Has(member)) standing.push_back(member);
  }
  if (!IsNewLarge(standing)) return;
  const uint32_t head[] = {band, static_cast<uint32_t>(standing.size())};
  large_.Append(BytesOf(head));
  large_.Append(BytesOf(standing));
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
