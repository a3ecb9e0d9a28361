#include "stages/shuffle/permute.h"

#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <memory>
#include <utility>

#include "pipeline/error.h"

// Positions are spread evenly, so one distribution by their leading bits into about n/4 buckets
// leaves almost nothing to sort, and the whole is linear ("flash sort", Neubert 1998). Lines are
// copied once more, in order, with the next ones prefetched: reading them is the only random
// access.

namespace owt::shuffle {

namespace {

constexpr size_t kLink = sizeof(SpillFile::Extent);  // at the start of every extent

struct Entry {
  uint64_t position;
  const char* sized_line;  // see ForEachRecord
};

// Memory that grows and is used again; its content does not survive Reserve.
class Buffer {
 public:
  char* Reserve(size_t bytes) {
    if (bytes > capacity_) {
      data_.reset();  // first, so that both are never held
      data_ = std::make_unique_for_overwrite<char[]>(bytes);
      capacity_ = bytes;
    }
    return data_.get();
  }

  const char* data() const { return data_.get(); }

 private:
  std::unique_ptr<char[]> data_;
  size_t capacity_ = 0;
};

// One partition in work, and the memory for it.
struct Workspace {
  Buffer stored, text;
  std::vector<Entry> entries, sorted;
  std::vector<uint64_t> ends;
  size_t text_bytes = 0;
  uint64_t records = 0;
};

uint64_t WorkspaceBytes(const Partition& partition) {
  return partition.stored_bytes() + partition.line_bytes + kLink +
         partition.records * (2 * sizeof(Entry) + sizeof(uint64_t) / 2);
}

[[noreturn]] void ThrowDamaged() {
  throw Error(ErrorKind::kResource,
              "the temporary file of the shuffle is damaged; run again with --force to start over");
}

// The extent before `extent`, as its first bytes say. Extents of a partition lie one behind the
// other.
SpillFile::Extent Previous(const SpillFile::Extent& extent, const char* bytes) {
  SpillFile::Extent previous;
  std::memcpy(&previous, bytes, sizeof(previous));
  if (previous.length > extent.offset || previous.offset > extent.offset - previous.length) {
    ThrowDamaged();
  }
  return previous;
}

// Visits the stored chunks piece by piece: what is in memory, then each extent, read to `buffer`.
template <typename Visit>
void ForEachPiece(const Partition& partition, const SpillFile& spill, Buffer* buffer,
                  const Visit& visit) {
  for (const Chunk& chunk : partition.chunks) visit(chunk.stored());
  SpillFile::Extent extent = partition.last;
  while (extent.length > 0) {
    if (extent.length < kLink || extent.length > partition.spilled_bytes + kLink) ThrowDamaged();
    char* const to = buffer->Reserve(extent.length + kMaxRecordPrefix);
    spill.Read(extent, to);
    spill.Release(extent);
    visit(std::string_view(to + kLink, extent.length - kLink));
    extent = Previous(extent, to);
  }
}

// Brings all chunks of a partition into one piece of memory.
std::string_view Load(const Partition& partition, const SpillFile& spill, Buffer* buffer) {
  const uint64_t bytes = partition.stored_bytes();
  // An extent's link is read over the end of what is there already, which is put back then. So no
  // extent is copied.
  char* const start = buffer->Reserve(kLink + bytes + kMaxRecordPrefix);
  char* at = start + kLink;
  for (const Chunk& chunk : partition.chunks) {
    std::memcpy(at, chunk.stored().data(), chunk.stored().size());
    at += chunk.stored().size();
  }
  uint64_t left = partition.spilled_bytes;
  SpillFile::Extent extent = partition.last;
  while (extent.length > 0) {
    if (extent.length < kLink || extent.length - kLink > left) ThrowDamaged();
    left -= extent.length - kLink;
    char kept[kLink];
    std::memcpy(kept, at - kLink, kLink);
    spill.Read(extent, at - kLink);
    spill.Release(extent);
    const SpillFile::Extent previous = Previous(extent, at - kLink);
    std::memcpy(at - kLink, kept, kLink);
    at += extent.length - kLink;
    extent = previous;
  }
  if (left > 0) ThrowDamaged();
  return {start + kLink, bytes};
}

// Sorts `entries` by position into `sorted`. `prefix` top bits of the positions are equal.
void SortEntries(int prefix, Workspace* work) {
  std::vector<Entry>& entries = work->entries;
  work->sorted.resize(entries.size());
  uint64_t greatest = 0;
  for (const Entry& entry : entries) greatest = std::max(greatest, entry.position << prefix);
  const int bucket_bits = std::max(1, static_cast<int>(std::bit_width(entries.size())) - 2);
  const int left = prefix;
  const int right = std::max(0, static_cast<int>(std::bit_width(greatest)) - bucket_bits);
  const auto bucket = [=](const Entry& entry) { return (entry.position << left) >> right; };
  std::vector<uint64_t>& ends = work->ends;
  ends.assign((size_t{1} << bucket_bits) + 1, 0);
  for (const Entry& entry : entries) ++ends[bucket(entry) + 1];
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  for (const Entry& entry : entries) work->sorted[ends[bucket(entry)]++] = entry;
  // ends[i] is now the end of bucket i.
  auto begin = work->sorted.begin();
  for (size_t i = 0; i + 1 < ends.size(); ++i) {
    const auto end = work->sorted.begin() + ends[i];
    if (end - begin > 1) {
      std::sort(begin, end, [](const Entry& a, const Entry& b) { return a.position < b.position; });
    }
    begin = end;
  }
}

// Copies the lines to work->text, each once: no two records have the same position.
void Gather(uint64_t most_text_bytes, Workspace* work) {
  constexpr size_t kAhead = 16;
  const std::vector<Entry>& sorted = work->sorted;
  char* const start = work->text.Reserve(most_text_bytes);
  char* at = start;
  work->records = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i + kAhead < sorted.size()) __builtin_prefetch(sorted[i + kAhead].sized_line);
    if (i > 0 && sorted[i].position == sorted[i - 1].position) continue;
    const std::string_view line = LineAt(sorted[i].sized_line);
    std::memcpy(at, line.data(), line.size());
    at += line.size();
    ++work->records;
  }
  work->text_bytes = static_cast<size_t>(at - start);
}

void Prepare(const Order& order, const Partition& partition, const SpillFile& spill,
             Workspace* work) {
  const std::string_view stored = Load(partition, spill, &work->stored);
  work->entries.clear();
  work->entries.reserve(partition.records);
  uint64_t text_bytes = 0;
  const bool is_sound = ForEachRecord(stored, [&](uint64_t ordinal, const char* sized_line) {
    uint64_t position;
    order.Place(ordinal, &position);
    work->entries.push_back({position, sized_line});
    text_bytes += LineAt(sized_line).size();
  });
  if (!is_sound) ThrowDamaged();
  SortEntries(partition.fixed_bits, work);
  Gather(text_bytes, work);
}

// The first `records` lines of `text`.
std::string_view FirstLines(std::string_view text, uint64_t records) {
  size_t end = 0;
  for (uint64_t i = 0; i < records; ++i) end = text.find('\n', end) + 1;
  return text.substr(0, end);
}

// Adds `partition` to `ready` in pieces that need at most `limit_bytes` each.
void Split(const Order& order, Partition partition, uint64_t limit_bytes,
           const PermuteOptions& options, SpillFile* spill, std::vector<Partition>* ready) {
  constexpr int kMostFixedBits = 48;  // so many records do not exist
  if (WorkspaceBytes(partition) <= limit_bytes || partition.records <= 1 ||
      partition.fixed_bits >= kMostFixedBits) {
    if (partition.records > 0) ready->push_back(std::move(partition));
    return;
  }
  const ScatterPlan plan =
      PlanScatter(options.memory_bytes / 2, options.workers, partition.line_bytes);
  Scatter scatter(order, plan, spill, nullptr, partition.fixed_bits);
  Buffer buffer;
  ForEachPiece(partition, *spill, &buffer, [&](std::string_view stored) {
    if (!scatter.AddStored(stored)) ThrowDamaged();
  });
  for (Partition& part : scatter.Finish()) {
    Split(order, std::move(part), limit_bytes, options, spill, ready);
  }
}

}  // namespace

uint64_t Permute(const Order& order, std::vector<Partition> partitions,
                 const PermuteOptions& options, SpillFile* spill, const EmitLines& emit) {
  const size_t tokens = options.workers + 1;
  uint64_t held_bytes = 0;
  for (const Partition& partition : partitions) held_bytes += partition.chunk_bytes;
  const uint64_t limit_bytes = (options.memory_bytes - held_bytes) / tokens;
  std::vector<Partition> ready;
  uint64_t expected = 0;
  for (Partition& partition : partitions) {
    if (expected >= options.head) break;
    expected += partition.records;
    Split(order, std::move(partition), limit_bytes, options, spill, &ready);
  }

  std::vector<Workspace> spaces(tokens);
  size_t next = 0;
  uint64_t left = options.head;
  uint64_t last_position = 0;
  using oneapi::tbb::filter_mode;
  oneapi::tbb::parallel_pipeline(
      tokens,
      oneapi::tbb::make_filter<void, size_t>(filter_mode::serial_in_order,
                                             [&](oneapi::tbb::flow_control& control) {
                                               if (next == ready.size()) control.stop();
                                               return next++;
                                             }) &
          oneapi::tbb::make_filter<size_t, size_t>(filter_mode::parallel,
                                                   [&](size_t i) {
                                                     // At most `tokens` consecutive numbers are in
                                                     // work: each has its own workspace.
                                                     Prepare(order, ready[i], *spill,
                                                             &spaces[i % tokens]);
                                                     ready[i].chunks.clear();
                                                     return i;
                                                   }) &
          oneapi::tbb::make_filter<size_t, void>(filter_mode::serial_in_order, [&](size_t i) {
            const Workspace& work = spaces[i % tokens];
            const uint64_t records = std::min(left, work.records);
            if (records == 0) return;
            std::string_view text(work.text.data(), work.text_bytes);
            if (records < work.records) text = FirstLines(text, records);
            left -= records;
            last_position = work.sorted[records - 1].position;
            emit(text, records);
          }));
  return last_position;
}

}  // namespace owt::shuffle
