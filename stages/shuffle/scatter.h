#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "stages/shuffle/chunk.h"
#include "stages/shuffle/head.h"
#include "stages/shuffle/prf.h"
#include "stages/shuffle/spill_file.h"

namespace owt::shuffle {

// Pass 1 of the shuffle: records go to 2^bits partitions by the top bits of their positions. Within
// a partition they lie in any order; pass 2 (permute.h) sorts.
//
// Every thread fills chunks of its own, one per partition; full chunks wait in memory, and when
// the memory is used up the partition that holds most is written to the spill file at once. So
// writes are large and sequential, and an input that fits into memory never touches the disk.

// How pass 1 uses its memory. Any plan gives the same shuffle.
struct ScatterPlan {
  size_t memory_bytes;  // all chunks together
  size_t lanes;         // threads that add at the same time
  int partition_bits;   // 2^bits partitions
  size_t chunk_bytes;
};

// A plan in which pass 2 can hold `lanes` + 1 partitions in the same memory. `input_bytes` is a
// guess at the size of the input, 0 where nothing is known: a wrong guess costs time only.
ScatterPlan PlanScatter(size_t memory_bytes, size_t lanes, uint64_t input_bytes);

// The least memory that a plan can work with.
constexpr size_t kLeastMemoryBytes = size_t{2} << 20;

// The records of a range of positions: those whose top bits are given.
struct Partition {
  int fixed_bits = 0;  // positions agree in so many top bits
  uint64_t records = 0;
  uint64_t line_bytes = 0;  // with newlines
  uint64_t spilled_bytes = 0;
  SpillFile::Extent last;     // an extent begins with the place of the one before (16 bytes)
  std::vector<Chunk> chunks;  // those still in memory, sealed
  uint64_t chunk_bytes = 0;   // their capacities

  // Bytes that its chunks take when they lie in one piece of memory.
  uint64_t stored_bytes() const;
};

// The number of lines in `lines`; an unfinished last line counts.
uint64_t CountLines(std::string_view lines);

class Scatter {
 public:
  // `spill` and `head` (may be null) are borrowed. `fixed_bits` says how many top bits all records
  // that will be added agree in: 0 for an input, more when a partition is split further.
  Scatter(const Order& order, const ScatterPlan& plan, SpillFile* spill, HeadLimit* head,
          int fixed_bits = 0);
  ~Scatter();

  // Adds lines; the first has the given ordinal. An unfinished last line is a line and gets its
  // newline. Returns how many of them belong to this shard. Thread-safe; callers beyond plan.lanes
  // wait. Throws Error where the disk fails.
  uint64_t Add(std::string_view lines, uint64_t first_ordinal);

  // Adds records of chunks (see ForEachRecord), for splitting a partition. False where they are
  // damaged.
  [[nodiscard]] bool AddStored(std::string_view stored);

  // Brings everything added so far to the disk and says, in one line, where it is: a later run can
  // go on from there. Nothing, where all of it is in memory still: such a run starts over. Waits
  // for other threads' Adds. Records that they added meanwhile may be added again by the later run:
  // pass 2 drops what it meets twice.
  std::string Checkpoint();

  // Goes back to such a state; false where the spill file does not have it any more.
  // REQUIRES: nothing was added yet.
  bool Restore(std::string_view state);

  // Ends the pass: the partitions in order, empty ones too. What stays in memory is half of the
  // plan's at most, and nothing where anything was spilled: pass 2 needs the memory. Call it once,
  // after all Adds.
  std::vector<Partition> Finish();

 private:
  struct Lane;
  class LaneLoan;
  class Pause;

  std::unique_ptr<Lane> TakeLane();
  void ReturnLane(std::unique_ptr<Lane> lane);
  bool Place(Lane* lane, uint64_t ordinal, std::string_view line);
  void AppendToNewChunk(Lane* lane, size_t partition, uint64_t ordinal, std::string_view line);
  Chunk TakeChunk(size_t bytes);
  void Collect(size_t partition, Chunk chunk);
  void EmptyLanes(bool shrink);
  void SpillAll(std::unique_lock<std::mutex>* lock);
  bool SpillLargest(std::unique_lock<std::mutex>* lock);
  void SpillPartition(Partition* partition, std::unique_lock<std::mutex>* lock);

  const Order order_;
  ScatterPlan plan_;
  SpillFile* const spill_;
  HeadLimit* const head_;
  const int fixed_bits_;

  std::mutex mutex_;  // guards all that follows
  std::condition_variable lane_free_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  size_t lanes_made_ = 0;
  bool is_paused_ = false;  // no lane is lent
  std::vector<Partition> partitions_;
  std::vector<Chunk> free_chunks_;
  size_t allocated_bytes_ = 0;
};

}  // namespace owt::shuffle
