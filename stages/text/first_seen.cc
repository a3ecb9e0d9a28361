#include "stages/text/first_seen.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

// Hybrid hash partitioning, after the hybrid hash join (DeWitt et al., SIGMOD 1984). The table of
// keys fills up and is then frozen: keys in it are answered at once for ever, all others go to one
// of 64 files by bits of the key, with their number. A key lives in one file only, so each file is
// settled alone: read in order with an empty table, and by the same rule again when that
// fills up. What is left is the list of numbers that repeat an earlier key: rising within each
// file, merged over the files while it is read.

namespace owt::text {
namespace {

constexpr int kPartitionBits = 6;
constexpr size_t kNumPartitions = size_t{1} << kPartitionBits;
constexpr size_t kFirstSlots = 1024;

struct Entry {
  RecordKey key;
  uint64_t number;
};

static_assert(sizeof(Entry) == 24);

template <class T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

size_t PartitionOf(RecordKey key, int depth) {
  // After ten levels the bits start over. That cannot happen with fewer than 2^60 keys unless
  // somebody makes them collide, and then every level still settles a table full of them.
  return static_cast<size_t>(key.low >> (kPartitionBits * (depth % 10))) & (kNumPartitions - 1);
}

// {0,0} marks an empty slot.
RecordKey Storable(RecordKey key) { return key == RecordKey{} ? RecordKey{0, 1} : key; }

size_t HomeSlot(RecordKey key, size_t num_slots) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<size_t>((static_cast<Wide>(key.high) * num_slots) >> 64);
}

// The slot that holds `key`, or the empty one where it belongs.
size_t FindSlot(const std::vector<RecordKey>& slots, RecordKey key) {
  size_t slot = HomeSlot(key, slots.size());
  while (!(slots[slot] == RecordKey{}) && !(slots[slot] == key)) {
    if (++slot == slots.size()) slot = 0;
  }
  return slot;
}

}  // namespace

RecordKey KeyOf(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

FirstSeen::FirstSeen(std::string scratch_folder, uint64_t memory_bytes)
    : folder_(std::move(scratch_folder)), repeats_(folder_, 0) {
  const uint64_t memory = std::max(memory_bytes, kMinMemory);
  // An eighth for the files' buffers: two sets of 64 while a file is split again.
  spill_buffer_bytes_ =
      static_cast<size_t>(std::clamp<uint64_t>(memory / 8 / (2 * kNumPartitions), 48, 64 << 10));
  table_bytes_ = memory - 3 * (memory / 16);
  repeats_ = ScratchFile(folder_, static_cast<size_t>(std::min<uint64_t>(memory / 16, 1 << 20)));
  run_buffer_entries_ = static_cast<size_t>(memory / 4 / sizeof(uint64_t));
  slots_.resize(kFirstSlots);
  max_keys_ = slots_.size() / 5 * 4;
}

Seen FirstSeen::Add(RecordKey key) {
  key = Storable(key);
  if (has_room_) return Insert(key) ? Seen::kFirst : Seen::kAgain;
  if (Contains(key)) return Seen::kAgain;
  Spill(&spilled_, key, num_later_++, 0);
  return Seen::kLater;
}

bool FirstSeen::Insert(RecordKey key) {
  const size_t slot = FindSlot(slots_, key);
  if (slots_[slot] == key) return false;
  slots_[slot] = key;
  if (++num_keys_ >= max_keys_) Grow();
  return true;
}

bool FirstSeen::Contains(RecordKey key) const { return slots_[FindSlot(slots_, key)] == key; }

void FirstSeen::Grow() {
  // Old and new table live together for a moment.
  const uint64_t free_slots = table_bytes_ / sizeof(RecordKey) - slots_.size();
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(slots_.size() * 2, free_slots));
  if (wanted < slots_.size() + slots_.size() / 4) {
    has_room_ = false;
    return;
  }
  std::vector<RecordKey> grown(wanted);
  for (const RecordKey key : slots_) {
    if (!(key == RecordKey{})) grown[FindSlot(grown, key)] = key;
  }
  slots_ = std::move(grown);
  max_keys_ = slots_.size() / 5 * 4;
}

void FirstSeen::ClearTable(uint64_t num_entries) {
  const uint64_t most = std::max<uint64_t>(kFirstSlots, table_bytes_ / sizeof(RecordKey) / 2);
  slots_.assign(static_cast<size_t>(std::clamp<uint64_t>(num_entries * 3 / 2, kFirstSlots, most)),
                RecordKey{});
  num_keys_ = 0;
  max_keys_ = slots_.size() / 5 * 4;
  has_room_ = true;
}

void FirstSeen::Spill(std::vector<Partition>* partitions, RecordKey key, uint64_t number,
                      int depth) {
  if (partitions->empty()) {
    partitions->reserve(kNumPartitions);
    for (size_t i = 0; i < kNumPartitions; ++i) {
      partitions->push_back({ScratchFile(folder_, spill_buffer_bytes_), depth});
    }
  }
  (*partitions)[PartitionOf(key, depth)].file.Append(BytesOf(Entry{key, number}));
}

void FirstSeen::Finish() {
  if (num_later_ == 0) return;
  for (Partition& partition : spilled_) pending_.push_back(std::move(partition));
  spilled_.clear();
  for (Partition& partition : pending_) partition.file.FinishWriting();
  while (!pending_.empty()) {
    Partition partition = std::move(pending_.back());
    pending_.pop_back();
    if (partition.file.size() > 0) Resolve(std::move(partition));
  }
  std::vector<RecordKey>().swap(slots_);
  repeats_.FinishWriting();
  StartMerge();
}

void FirstSeen::Resolve(Partition partition) {
  std::vector<RecordKey>().swap(slots_);
  ClearTable(partition.file.size() / sizeof(Entry));
  const uint64_t begin = repeats_.size() / sizeof(uint64_t);
  std::vector<Partition> parts;
  Entry entries[512];
  uint64_t offset = 0;
  while (const size_t bytes =
             partition.file.ReadAt(offset, reinterpret_cast<char*>(entries), sizeof(entries))) {
    offset += bytes;
    for (size_t i = 0; i < bytes / sizeof(Entry); ++i) {
      const Entry& entry = entries[i];
      if (has_room_ ? !Insert(entry.key) : Contains(entry.key)) {
        repeats_.Append(BytesOf(entry.number));
      } else if (!has_room_ && !Contains(entry.key)) {
        Spill(&parts, entry.key, entry.number, partition.depth + 1);
      }
    }
  }
  const uint64_t end = repeats_.size() / sizeof(uint64_t);
  if (end > begin) runs_.push_back({begin, end, {}, 0});
  for (Partition& part : parts) {
    part.file.FinishWriting();
    pending_.push_back(std::move(part));
  }
}

void FirstSeen::StartMerge() {
  if (runs_.empty()) return;
  run_buffer_entries_ = std::clamp<size_t>(run_buffer_entries_ / runs_.size(), 16, 64 << 10);
  for (size_t i = 0; i < runs_.size(); ++i) PushRun(i);
}

// Loads the next piece of a run; false at its end.
bool FirstSeen::FillRun(Run* run) {
  const size_t entries =
      static_cast<size_t>(std::min<uint64_t>(run->end - run->begin, run_buffer_entries_));
  run->buffer.resize(entries);
  run->position = 0;
  if (entries == 0) return false;
  repeats_.ReadAt(run->begin * sizeof(uint64_t), reinterpret_cast<char*>(run->buffer.data()),
                  entries * sizeof(uint64_t));
  run->begin += entries;
  return true;
}

void FirstSeen::PushRun(size_t index) {
  Run& run = runs_[index];
  if (run.position == run.buffer.size() && !FillRun(&run)) return;
  heap_.emplace_back(run.buffer[run.position++], index);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

bool FirstSeen::Next() {
  const uint64_t number = next_number_++;
  if (heap_.empty() || heap_.front().first != number) return true;
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  const size_t run = heap_.back().second;
  heap_.pop_back();
  PushRun(run);
  return false;
}

}  // namespace owt::text
