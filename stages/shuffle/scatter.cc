#include "stages/shuffle/scatter.h"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <system_error>
#include <utility>

namespace owt::shuffle {

namespace {

constexpr int kLeastPartitionBits = 4;
constexpr int kMostPartitionBits = 12;
constexpr int kPartitionBitsOfUnknownInput = 8;
constexpr uint64_t kCachedPartitionBytes = uint64_t{4} << 20;  // larger ones are slower to sort
constexpr int kMostPartitionBitsForCache = 10;                 // more are slower to fill
constexpr size_t kLeastChunkBytes = size_t{4} << 10;           // a page
constexpr size_t kMostChunkBytes = size_t{256} << 10;          // more does not make writes faster
// Pass 2 holds a partition twice (as stored and in order) and 36 bytes per record: up to three
// times its bytes where lines have 40 bytes or more.
constexpr uint64_t kPermuteFactor = 3;

}  // namespace

ScatterPlan PlanScatter(size_t memory_bytes, size_t lanes, uint64_t input_bytes) {
  memory_bytes = std::max(memory_bytes, kLeastMemoryBytes);
  const size_t most_lanes = memory_bytes / (2 * kLeastChunkBytes << kLeastPartitionBits);
  lanes = std::clamp<size_t>(lanes, 1, most_lanes);
  int bits = kPartitionBitsOfUnknownInput;
  if (input_bytes > 0) {
    const uint64_t partition_bytes = memory_bytes / (lanes + 1) / kPermuteFactor;
    const int cache_bits = static_cast<int>(std::bit_width(input_bytes / kCachedPartitionBytes));
    bits = std::max(static_cast<int>(std::bit_width(input_bytes / partition_bytes)),
                    std::min(cache_bits, kMostPartitionBitsForCache));
  }
  const size_t most_chunks = memory_bytes / (2 * lanes * kLeastChunkBytes);
  const int most_bits =
      std::min(kMostPartitionBits, static_cast<int>(std::bit_width(most_chunks)) - 1);
  bits = std::clamp(bits, kLeastPartitionBits, most_bits);
  // Open chunks take half of the memory at most; the other half makes spills large.
  const size_t chunk_bytes = (memory_bytes / (2 * lanes)) >> bits;
  return {memory_bytes, lanes, bits, std::clamp(chunk_bytes, kLeastChunkBytes, kMostChunkBytes)};
}

uint64_t Partition::stored_bytes() const {
  uint64_t bytes = spilled_bytes;
  for (const Chunk& chunk : chunks) bytes += chunk.stored().size();
  return bytes;
}

uint64_t CountLines(std::string_view lines) {
  if (lines.empty()) return 0;
  return static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n')) +
         (lines.back() == '\n' ? 0 : 1);
}

// What one thread fills: a chunk and counts per partition.
struct Scatter::Lane {
  struct Slot {
    Chunk open;
    uint64_t records = 0;
    uint64_t line_bytes = 0;
  };

  std::vector<Slot> slots;
  std::vector<uint64_t> positions;  // of the current call, for the head limit
  uint64_t last_position = ~uint64_t{0};
};

Scatter::Scatter(const Order& order, const ScatterPlan& plan, SpillFile* spill, HeadLimit* head,
                 int fixed_bits)
    : order_(order),
      plan_(plan),
      spill_(spill),
      head_(head),
      fixed_bits_(fixed_bits),
      partitions_(size_t{1} << plan.partition_bits) {
  for (Partition& partition : partitions_) {
    partition.fixed_bits = fixed_bits + plan.partition_bits;
  }
  lanes_.reserve(plan.lanes);
}

Scatter::~Scatter() = default;

std::unique_ptr<Scatter::Lane> Scatter::TakeLane() {
  std::unique_lock<std::mutex> lock(mutex_);
  lane_free_.wait(lock,
                  [this] { return !is_paused_ && (!lanes_.empty() || lanes_made_ < plan_.lanes); });
  if (lanes_.empty()) {
    ++lanes_made_;
    auto lane = std::make_unique<Lane>();
    lane->slots.resize(partitions_.size());
    return lane;
  }
  std::unique_ptr<Lane> lane = std::move(lanes_.back());
  lanes_.pop_back();
  return lane;
}

void Scatter::ReturnLane(std::unique_ptr<Lane> lane) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    lanes_.push_back(std::move(lane));
  }
  lane_free_.notify_all();  // Checkpoint waits for all lanes, others for one
}

// A lane for the length of one call, also of one that fails: others may be waiting for it.
class Scatter::LaneLoan {
 public:
  explicit LaneLoan(Scatter* scatter) : scatter_(scatter), lane_(scatter->TakeLane()) {
    lane_->positions.clear();
    if (scatter_->head_ != nullptr) lane_->last_position = scatter_->head_->last();
  }

  ~LaneLoan() { scatter_->ReturnLane(std::move(lane_)); }

  LaneLoan(const LaneLoan&) = delete;
  LaneLoan& operator=(const LaneLoan&) = delete;

  Lane* get() { return lane_.get(); }

 private:
  Scatter* scatter_;
  std::unique_ptr<Lane> lane_;
};

uint64_t Scatter::Add(std::string_view lines, uint64_t first_ordinal) {
  uint64_t ours = 0;
  LaneLoan lane(this);
  const char* at = lines.data();
  const char* const end = at + lines.size();
  for (uint64_t ordinal = first_ordinal; at != end; ++ordinal) {
    const auto* newline =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
    const char* const line_end = newline == nullptr ? end : newline;
    ours += Place(lane.get(), ordinal, {at, static_cast<size_t>(line_end - at)});
    at = newline == nullptr ? end : newline + 1;
  }
  if (head_ != nullptr) head_->Note(lane.get()->positions);
  return ours;
}

bool Scatter::AddStored(std::string_view stored) {
  LaneLoan lane(this);
  const bool is_sound = ForEachRecord(stored, [&](uint64_t ordinal, const char* sized_line) {
    std::string_view line = LineAt(sized_line);
    line.remove_suffix(1);
    Place(lane.get(), ordinal, line);
  });
  if (head_ != nullptr) head_->Note(lane.get()->positions);
  return is_sound;
}

// False where the record belongs to another shard.
inline bool Scatter::Place(Lane* lane, uint64_t ordinal, std::string_view line) {
  uint64_t position;
  if (!order_.Place(ordinal, &position)) return false;
  if (position > lane->last_position) return true;
  if (head_ != nullptr) lane->positions.push_back(position);
  const size_t partition = (position << fixed_bits_) >> (64 - plan_.partition_bits);
  Lane::Slot& slot = lane->slots[partition];
  ++slot.records;
  slot.line_bytes += line.size() + 1;
  if (!slot.open.Append(ordinal, line)) AppendToNewChunk(lane, partition, ordinal, line);
  return true;
}

void Scatter::AppendToNewChunk(Lane* lane, size_t partition, uint64_t ordinal,
                               std::string_view line) {
  Chunk& open = lane->slots[partition].open;
  const size_t bytes = Chunk::BytesFor(line.size() + 1);
  if (bytes <= plan_.chunk_bytes) {
    if (!open.empty()) Collect(partition, std::exchange(open, Chunk()));
    open = TakeChunk(plan_.chunk_bytes);
    open.Append(ordinal, line);
  } else {  // a long line has a chunk of its own
    Chunk chunk = TakeChunk(bytes);
    chunk.Append(ordinal, line);
    Collect(partition, std::move(chunk));
  }
}

Chunk Scatter::TakeChunk(size_t bytes) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      if (bytes == plan_.chunk_bytes && !free_chunks_.empty()) {
        Chunk chunk = std::move(free_chunks_.back());
        free_chunks_.pop_back();
        return chunk;
      }
      if (allocated_bytes_ + bytes <= plan_.memory_bytes) break;
      if (!free_chunks_.empty()) {
        allocated_bytes_ -= free_chunks_.back().capacity();
        free_chunks_.pop_back();
      } else if (!SpillLargest(&lock)) {
        break;  // a line larger than the memory must be held all the same
      }
    }
    allocated_bytes_ += bytes;
  }
  return Chunk(bytes);
}

void Scatter::Collect(size_t partition, Chunk chunk) {
  chunk.Seal();
  const std::lock_guard<std::mutex> lock(mutex_);
  partitions_[partition].chunk_bytes += chunk.capacity();
  partitions_[partition].chunks.push_back(std::move(chunk));
}

bool Scatter::SpillLargest(std::unique_lock<std::mutex>* lock) {
  const auto largest = std::max_element(
      partitions_.begin(), partitions_.end(),
      [](const Partition& a, const Partition& b) { return a.chunk_bytes < b.chunk_bytes; });
  if (largest->chunk_bytes == 0) return false;
  SpillPartition(&*largest, lock);
  return true;
}

// Writes the chunks of a partition as one extent. The lock is open while the disk works.
void Scatter::SpillPartition(Partition* partition, std::unique_lock<std::mutex>* lock) {
  std::vector<Chunk> chunks = std::exchange(partition->chunks, {});
  partition->chunk_bytes = 0;
  SpillFile::Extent previous = partition->last;
  std::vector<iovec> pieces = {{&previous, sizeof(previous)}};
  uint64_t length = sizeof(previous);
  for (const Chunk& chunk : chunks) {
    const std::string_view stored = chunk.stored();
    pieces.push_back({const_cast<char*>(stored.data()), stored.size()});  // iovec knows no const
    length += stored.size();
  }
  const SpillFile::Extent extent = spill_->Reserve(length);
  partition->last = extent;
  partition->spilled_bytes += length - sizeof(previous);
  lock->unlock();
  spill_->Write(extent, pieces);
  lock->lock();
  for (Chunk& chunk : chunks) {
    if (chunk.capacity() == plan_.chunk_bytes) {
      chunk.Clear();
      free_chunks_.push_back(std::move(chunk));
    } else {
      allocated_bytes_ -= chunk.capacity();
    }
  }
}

// Moves what the lanes hold to the partitions. REQUIRES: no lane is lent.
void Scatter::EmptyLanes(bool shrink) {
  for (std::unique_ptr<Lane>& lane : lanes_) {
    for (size_t i = 0; i < partitions_.size(); ++i) {
      Lane::Slot& slot = lane->slots[i];
      Partition& partition = partitions_[i];
      partition.records += std::exchange(slot.records, 0);
      partition.line_bytes += std::exchange(slot.line_bytes, 0);
      Chunk chunk = std::exchange(slot.open, Chunk());
      if (chunk.empty()) {
        allocated_bytes_ -= chunk.capacity();
        continue;
      }
      if (shrink) {
        allocated_bytes_ -= chunk.capacity();
        chunk = chunk.Shrunk();
        allocated_bytes_ += chunk.capacity();
      }
      chunk.Seal();
      partition.chunk_bytes += chunk.capacity();
      partition.chunks.push_back(std::move(chunk));
    }
  }
}

void Scatter::SpillAll(std::unique_lock<std::mutex>* lock) {
  for (Partition& partition : partitions_) {
    if (!partition.chunks.empty()) SpillPartition(&partition, lock);
  }
}

// No lane is lent as long as it lives, also when the disk fails meanwhile.
class Scatter::Pause {
 public:
  Pause(Scatter* scatter, std::unique_lock<std::mutex>* lock) : scatter_(scatter), lock_(lock) {
    scatter_->is_paused_ = true;
    scatter_->lane_free_.wait(*lock_,
                              [this] { return scatter_->lanes_.size() == scatter_->lanes_made_; });
  }

  ~Pause() {
    if (!lock_->owns_lock()) lock_->lock();
    scatter_->is_paused_ = false;
    scatter_->lane_free_.notify_all();
  }

  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

 private:
  Scatter* scatter_;
  std::unique_lock<std::mutex>* lock_;
};

// "BITS END" and for each partition "OFFSET LENGTH RECORDS LINE_BYTES SPILLED_BYTES".
std::string Scatter::Checkpoint() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (spill_->bytes_reserved() == 0) return {};
  const Pause pause(this, &lock);
  EmptyLanes(false);
  SpillAll(&lock);
  spill_->Sync();
  std::string state = fmt::format("{} {}", plan_.partition_bits, spill_->bytes_reserved());
  for (const Partition& partition : partitions_) {
    state += fmt::format(" {} {} {} {} {}", partition.last.offset, partition.last.length,
                         partition.records, partition.line_bytes, partition.spilled_bytes);
  }
  return state;
}

bool Scatter::Restore(std::string_view state) {
  std::vector<uint64_t> numbers;
  for (const char* at = state.data(); at < state.data() + state.size(); ++at) {
    const auto [end, error] =
        std::from_chars(at, state.data() + state.size(), numbers.emplace_back());
    if (error != std::errc{}) return false;
    at = end;
  }
  if (numbers.size() < 2 || numbers[0] < 1 || numbers[0] > kMostPartitionBits) return false;
  const size_t count = size_t{1} << numbers[0];
  if (numbers.size() != 2 + 5 * count || !spill_->Reopen(numbers[1])) return false;
  plan_.partition_bits = static_cast<int>(numbers[0]);
  plan_.chunk_bytes = std::clamp((plan_.memory_bytes / (2 * plan_.lanes)) >> plan_.partition_bits,
                                 kLeastChunkBytes, kMostChunkBytes);
  partitions_ = std::vector<Partition>(count);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t* const values = &numbers[2 + 5 * i];
    Partition& partition = partitions_[i];
    partition.fixed_bits = fixed_bits_ + plan_.partition_bits;
    partition.last = {values[0], values[1]};
    partition.records = values[2];
    partition.line_bytes = values[3];
    partition.spilled_bytes = values[4];
  }
  return true;
}

std::vector<Partition> Scatter::Finish() {
  EmptyLanes(true);  // half-empty chunks would not fit
  lanes_.clear();
  free_chunks_.clear();
  uint64_t held_bytes = 0;
  for (const Partition& partition : partitions_) held_bytes += partition.chunk_bytes;
  if (spill_->bytes_reserved() > 0 || held_bytes > plan_.memory_bytes / 2) {
    std::unique_lock<std::mutex> lock(mutex_);
    SpillAll(&lock);
    free_chunks_.clear();
  }
  ::malloc_trim(0);  // glibc keeps freed chunks of this size, and pass 2 would come on top
  return std::move(partitions_);
}

}  // namespace owt::shuffle
