#include "stages/dedup/repeated_keys.h"

#include <algorithm>

namespace owt::dedup {
namespace {

// Six slots a key: one key in seven that is alone is sorted for nothing.
uint64_t NumSlots(uint64_t memory_bytes, uint64_t expected) {
  return std::max<uint64_t>(std::min(6 * expected, memory_bytes / 2 * 4), 1024);
}

}  // namespace

RepeatedKeys::RepeatedKeys(const std::string& scratch_folder, uint64_t memory_bytes,
                           uint64_t expected)
    : num_slots_(NumSlots(memory_bytes, expected)), sorter_(scratch_folder, memory_bytes / 2) {
  table_.resize((num_slots_ + 2 + kSlotsOfWord - 1) / kSlotsOfWord);
  waiting_.fill(num_slots_);
  asked_.fill({num_slots_ + 1, {}});
}

void RepeatedKeys::FinishCounting() {
  for (const uint64_t slot : waiting_) Bump(slot);
  counted_ = true;
}

void RepeatedKeys::ForEachGroup(const std::function<void(std::span<const uint32_t>)>& on_group) {
  for (const Asked& asked : asked_) {
    if (IsRepeated(asked.slot)) sorter_.Add(asked.record);
  }
  decltype(table_)().swap(table_);
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
