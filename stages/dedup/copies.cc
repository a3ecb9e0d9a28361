#include "stages/dedup/copies.h"

#include <string_view>

#include "stages/dedup/record_sorter.h"
#include "stages/dedup/repeated_keys.h"

namespace owt::dedup {
namespace {

constexpr size_t kFirstsBuffer = size_t{1} << 20;
constexpr size_t kFirstsAtOnce = size_t{1} << 14;

}  // namespace

Copies::Copies(const std::vector<IndexPart>& old, const IndexPart& own, bool own_too,
               const std::string& scratch_folder, uint64_t memory_bytes, UnionFind* clusters)
    : documents_(own.begin + own.size),
      copies_(own.begin + own.size),
      firsts_(scratch_folder, kFirstsBuffer) {
  const auto exact_of = [](const IndexPart& part) {
    return BandFileReader(part.signed_prefix() + ".exact", BandFileHeader::kExactBand);
  };
  const BandFileReader file = exact_of(own);
  RepeatedKeys repeated(scratch_folder, memory_bytes / 2, own.size);
  file.ForEachKey([&](uint64_t, const TextKey& key) { repeated.Count(key.low); });
  for (const IndexPart& part : old) {
    exact_of(part).ForEachKey([&](uint64_t record, const TextKey& key) {
      documents_.Add(part.begin + record);
      repeated.AddOld(key.low, key.high, static_cast<uint32_t>(part.begin + record));
    });
  }
  file.ForEachKey([&](uint64_t record, const TextKey& key) {
    documents_.Add(own.begin + record);
    repeated.Add(key.low, key.high, static_cast<uint32_t>(own.begin + record));
  });
  RecordSorter by_copy(scratch_folder, memory_bytes / 2);
  repeated.ForEachGroup([&](std::span<const uint32_t> members) {
    const bool is_old = members[0] < own.begin;
    if (members.back() < own.begin || (!is_old && !own_too)) return;
    for (const uint32_t copy : members.subspan(1)) {
      copies_.Add(copy);
      clusters->Union(members[0], copy);
      by_copy.Add({copy, members[0], 0});
    }
  });
  copies_.Seal();
  by_copy.Finish();
  for (RecordSorter::Record record; by_copy.Next(&record);) {
    const auto first = static_cast<uint32_t>(record[1]);
    firsts_.Append({reinterpret_cast<const char*>(&first), sizeof(first)});
  }
  firsts_.FinishWriting();
}

uint32_t Copies::FirstOf(uint32_t document) const {
  if (!copies_.Has(document)) return document;
  uint32_t first = 0;
  firsts_.ReadAt(copies_.Rank(document) * sizeof(first), reinterpret_cast<char*>(&first),
                 sizeof(first));
  return first;
}

uint32_t CopiesInOrder::FirstOf(uint32_t document) {
  if (!copies_->copies_.Has(document)) return document;
  const uint64_t rank = copies_->copies_.Rank(document);
  if (rank < begin_ || rank >= begin_ + firsts_.size()) {
    begin_ = rank;
    firsts_.resize(kFirstsAtOnce);
    const size_t got =
        copies_->firsts_.ReadAt(begin_ * sizeof(uint32_t), reinterpret_cast<char*>(firsts_.data()),
                                firsts_.size() * sizeof(uint32_t));
    firsts_.resize(got / sizeof(uint32_t));
  }
  return firsts_[rank - begin_];
}

}  // namespace owt::dedup
