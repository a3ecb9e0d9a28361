#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/large_pages.h"
#include "stages/dedup/record_sorter.h"

namespace owt::dedup {

// Finds the documents that share a key, out of core, in two readings of (key, document): the first
// counts keys in a small table, so that of the second only those that may come again are sorted.
//
//   for (key : keys) repeated.Count(key.low);
//   for (key, document : old keys) repeated.AddOld(key.low, key.high, document);
//   for (key, document : keys) repeated.Add(key.low, key.high, document);
//   repeated.ForEachGroup(on_group);
//
// Old keys are those of an index, read once, of which nothing is wanted but what they share with
// the others.
//
// Not thread-safe. Throws Error{kResource} from the temporary file.
class RepeatedKeys {
 public:
  // `expected` is about how many keys there are; `memory_bytes` bounds table and sorter, and a
  // group takes 4 bytes a member beside.
  RepeatedKeys(const std::string& scratch_folder, uint64_t memory_bytes, uint64_t expected);

  // `low` must be a hash already.
  void Count(uint64_t low) {
    uint64_t& waiting = waiting_[at_++ % waiting_.size()];
    Bump(waiting);
    waiting = SlotOf(low);
    __builtin_prefetch(&table_[waiting / kSlotsOfWord], 1);
  }

  void AddOld(uint64_t low, uint64_t high, uint32_t document) {
    if (!counted_) FinishCounting();
    const uint64_t slot = SlotOf(low);
    if (CountOf(slot) == 0) return;
    Bump(slot);
    sorter_.Add({low, high, document});
  }

  void Add(uint64_t low, uint64_t high, uint32_t document) {
    if (!counted_) FinishCounting();
    Asked& asked = asked_[at_++ % asked_.size()];
    if (IsRepeated(asked.slot)) sorter_.Add(asked.record);
    asked = {SlotOf(low), {low, high, document}};
    __builtin_prefetch(&table_[asked.slot / kSlotsOfWord]);
  }

  // Calls on_group(members) for each key of two or more documents, in the order of the keys;
  // members ascend. They live until on_group returns.
  void ForEachGroup(const std::function<void(std::span<const uint32_t>)>& on_group);

 private:
  static constexpr uint64_t kSlotsOfWord = 32;

  struct Asked {
    uint64_t slot;
    RecordSorter::Record record;
  };

  uint64_t SlotOf(uint64_t low) const {
    const uint64_t mixed = low * 0x9E3779B97F4A7C15;
    return static_cast<uint64_t>(static_cast<unsigned __int128>(mixed) * num_slots_ >> 64);
  }

  // Two bits a slot: 0, 1, and 2 for more. The slot behind the last counts for nobody; the next
  // stays 0.
  void Bump(uint64_t slot) {
    uint64_t& word = table_[slot / kSlotsOfWord];
    const uint64_t shift = slot % kSlotsOfWord * 2;
    word += uint64_t{CountOf(slot) < 2} << shift;
  }

  uint64_t CountOf(uint64_t slot) const {
    return table_[slot / kSlotsOfWord] >> (slot % kSlotsOfWord * 2) & 3;
  }

  bool IsRepeated(uint64_t slot) const { return CountOf(slot) > 1; }

  void FinishCounting();

  uint64_t num_slots_;
  std::vector<uint64_t, LargePages<uint64_t>> table_;
  std::array<uint64_t, 16> waiting_;  // slots on their way from memory
  std::array<Asked, 16> asked_;       // the same, of Add
  size_t at_ = 0;
  bool counted_ = false;
  RecordSorter sorter_;
};

}  // namespace owt::dedup
