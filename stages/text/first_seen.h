#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stages/text/scratch_file.h"

namespace owt::text {

// What stands for a record when duplicates are sought: 128 bits of XXH3, so that two different
// records among 10^12 share a key with a chance below 10^-14.
struct RecordKey {
  uint64_t low = 0;
  uint64_t high = 0;

  bool operator==(const RecordKey&) const = default;
};

RecordKey KeyOf(std::string_view bytes);

enum class Seen {
  kFirst,  // no key like this came before
  kAgain,  // one did
  kLater,  // memory is full: the answer comes after Finish, from Next
};

// Tells the first of equal keys from its repetitions, for any number of keys in bounded memory.
// The answers depend on the sequence of keys alone, never on the memory; only when an answer comes
// (at once or later) does.
//
//   for (key : keys) answer = seen.Add(key);   // kLater: the caller sets the record aside
//   seen.Finish();
//   for (record : set_aside) keep = seen.Next();
//
// Cost: one random access to memory per key while all distinct keys fit (about 20 bytes each); then
// 24 bytes written and read per key that is not in memory, more only beyond 64 times the memory.
// Not thread-safe. Throws Error{kResource} from the temporary files.
class FirstSeen {
 public:
  // `memory_bytes` bounds everything the object holds; less than kMinMemory counts as kMinMemory.
  FirstSeen(std::string scratch_folder, uint64_t memory_bytes);

  static constexpr uint64_t kMinMemory = 64 << 10;

  Seen Add(RecordKey key);

  // After the last Add.
  void Finish();

  // The answer to the next kLater key, in the order of their Add: true for kFirst.
  // REQUIRES: Finish() was called, and a kLater key is left.
  bool Next();

  // Keys answered kLater so far.
  uint64_t num_later() const { return num_later_; }

 private:
  struct Partition {
    ScratchFile file;  // of Entry, in the order of their Add
    int depth;
  };

  // A stretch of the file of repeated entries, in rising order.
  struct Run {
    uint64_t begin, end;  // entry numbers in repeats_
    std::vector<uint64_t> buffer;
    size_t position = 0;
  };

  bool Insert(RecordKey key);  // false: already there. REQUIRES: has_room_
  bool Contains(RecordKey key) const;
  void Grow();
  void ClearTable(uint64_t num_entries);
  void Spill(std::vector<Partition>* partitions, RecordKey key, uint64_t number, int depth);
  void Resolve(Partition partition);
  void StartMerge();
  bool FillRun(Run* run);
  void PushRun(size_t index);

  std::string folder_;
  uint64_t table_bytes_;  // limit
  size_t spill_buffer_bytes_;

  std::vector<RecordKey> slots_;  // open addressing; {0,0} is empty
  uint64_t num_keys_ = 0;
  uint64_t max_keys_ = 0;
  bool has_room_ = true;

  std::vector<Partition> spilled_;
  std::vector<Partition> pending_;
  ScratchFile repeats_;  // numbers of kLater keys that are repetitions
  std::vector<Run> runs_;
  std::vector<std::pair<uint64_t, size_t>> heap_;  // (smallest number of a run, run)
  size_t run_buffer_entries_ = 0;
  uint64_t num_later_ = 0;
  uint64_t next_number_ = 0;
};

}  // namespace owt::text
