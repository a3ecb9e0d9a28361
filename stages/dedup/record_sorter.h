#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/large_pages.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// Sorts any number of records of three numbers in bounded memory: stretches that fit are sorted and
// written to a nameless temporary file, then merged.
//
//   for (record : records) sorter.Add(record);
//   sorter.Finish();
//   while (sorter.Next(&record)) ...   // rising; equal ones as often as they were added
//
// Writes and reads 24 bytes a record beyond what fits, once more for each factor of memory / 256
// KiB beyond that. Not thread-safe. Throws Error{kResource} from the temporary file.
class RecordSorter {
 public:
  using Record = std::array<uint64_t, 3>;

  static constexpr uint64_t kMinMemory = uint64_t{64} << 10;

  // `memory_bytes` bounds everything the object holds; less than kMinMemory counts as kMinMemory.
  RecordSorter(std::string scratch_folder, uint64_t memory_bytes);

  void Add(const Record& record);
  void Finish();
  bool Next(Record* record);

 private:
  // Records [next, end) of the file, in order, with some of them read ahead.
  struct Run {
    uint64_t next, end;
    std::vector<Record> ahead;
    size_t at = 0;
  };

  void SortBuffer();
  void Spill();
  void StartMerge(std::vector<Run> runs);
  bool NextMerged(Record* record);
  bool FillRun(Run* run) const;
  void MergeOnce();

  std::string folder_;
  size_t max_buffered_;
  size_t file_buffer_bytes_;
  size_t max_runs_;     // merged at once
  size_t run_records_;  // read ahead of each
  std::vector<Record, LargePages<Record>> buffer_;
  size_t buffer_at_ = 0;  // of Next, where nothing was spilled
  text::ScratchFile file_;
  uint64_t file_records_ = 0;
  std::vector<std::pair<uint64_t, uint64_t>> spilled_;  // [begin, end) records of file_
  std::vector<Run> runs_;
  std::vector<std::pair<Record, size_t>> heap_;  // least first: a record, and its run
};

}  // namespace owt::dedup
