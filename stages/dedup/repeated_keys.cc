#include "stages/dedup/repeated_keys.h"

#include <algorithm>
#include <bit>

namespace owt::dedup {
namespace {

// Four slots a key: one key in four that is alone is sorted for nothing.
uint64_t NumSlots(uint64_t memory_bytes, uint64_t expected) {
  const uint64_t wanted = std::bit_ceil(std::max<uint64_t>(4 * expected, 1024));
  const uint64_t most = std::bit_floor(std::max<uint64_t>(memory_bytes / 2 * 4, 1024));
  return std::min(wanted, most);
}

}  // namespace

RepeatedKeys::RepeatedKeys(const std::string& scratch_folder, uint64_t memory_bytes,
                           uint64_t expected)
    : sorter_(scratch_folder, memory_bytes / 2) {
  const uint64_t num_slots = NumSlots(memory_bytes, expected);
  shift_ = 64 - std::countr_zero(num_slots);
  table_.resize(num_slots / kSlotsOfWord + 1);
  waiting_.fill(num_slots);
  asked_.fill({num_slots + 1, {}});
}

void RepeatedKeys::FinishCounting() {
  for (const uint64_t slot : waiting_) Bump(slot);
  counted_ = true;
}

void RepeatedKeys::ForEachGroup(const std::function<void(std::span<const uint32_t>)>& on_group) {
  for (const Asked& asked : asked_) {
    if (IsRepeated(asked.slot)) sorter_.Add(asked.record);
  }
  std::vector<uint64_t>().swap(table_);
  sorter_.Finish();
  std::vector<uint32_t> members;
  RecordSorter::Record key = {};
  const auto finish = [&] {
    if (members.size() > 1) on_group(members);
    members.clear();
  };
  for (RecordSorter::Record record; sorter_.Next(&record);) {
    if (record[0] != key[0] || record[1] != key[1]) finish();
    key = record;
    members.push_back(static_cast<uint32_t>(record[2]));
  }
  finish();
}

}  // namespace owt::dedup
