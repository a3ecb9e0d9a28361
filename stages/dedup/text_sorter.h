#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/dedup/sort_texts.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// Byte strings behind each other in a file, each with its length in 4 bytes of native order before
// it; read through a buffer, from `begin` to `end`. Not thread-safe.
class TextRun {
 public:
  // `file` is borrowed, and finished.
  TextRun(const text::ScratchFile* file, uint64_t begin, uint64_t end, size_t buffer_bytes)
      : file_(file), next_(begin), end_(end), buffer_bytes_(buffer_bytes) {}

  static void Append(std::string_view text, text::ScratchFile* file);

  // Moves on to the next text; false behind the last.
  bool Next();

  // Valid until the next call of Next.
  std::string_view text() const { return text_; }

 private:
  bool Fill(size_t bytes);

  const text::ScratchFile* file_;
  uint64_t next_;  // in the file, behind the buffer
  uint64_t end_;
  size_t buffer_bytes_;
  std::string buffer_;
  size_t at_ = 0;
  std::string_view text_;
};

// Sorts any number of byte strings, in the order of their bytes, in bounded memory: stretches that
// fit are sorted and written to a nameless temporary file, then merged. As RecordSorter, for what
// has no fixed size.
//
//   for (text : texts) sorter.Add(text);
//   sorter.Finish();
//   while (sorter.Next(&text)) ...   // rising; equal ones as often as they were added
//
// Writes and reads every text with 4 bytes more beyond what fits; once more for each factor of
// memory / 256 KiB beyond that. Not thread-safe. Throws Error{kResource} from the temporary file.
class TextSorter {
 public:
  static constexpr uint64_t kMinMemory = uint64_t{1} << 20;
  static constexpr size_t kMaxTextBytes = size_t{64} << 10;

  // `memory_bytes` bounds everything the object holds; less than kMinMemory counts as kMinMemory.
  TextSorter(std::string scratch_folder, uint64_t memory_bytes);

  // REQUIRES: at most kMaxTextBytes.
  void Add(std::string_view text);
  void Finish();

  // *text lives until the next call.
  bool Next(std::string_view* text);

 private:
  using Bounds = std::pair<uint64_t, uint64_t>;  // of a run in file_

  char* Room(size_t bytes);
  void Spill();
  void StartMerge(size_t first, size_t count);
  bool NextMerged(std::string_view* text);
  void MergeOnce();

  std::string folder_;
  size_t max_chunks_;
  size_t max_entries_;
  size_t file_buffer_bytes_;
  size_t max_runs_;                              // merged at once
  size_t run_bytes_;                             // read ahead of each
  std::vector<std::unique_ptr<char[]>> chunks_;  // the texts of entries_
  size_t chunks_used_ = 0;
  size_t chunk_used_;  // bytes of the last of these
  std::vector<CachedText> entries_;
  size_t entries_at_ = 0;  // of Next, where nothing was spilled
  text::ScratchFile file_;
  std::vector<Bounds> spilled_;
  std::vector<TextRun> runs_;
  std::vector<size_t> heap_;  // of runs_, the one with the least text first
  bool is_started_ = false;   // the run in front was handed out and has to move on
};

}  // namespace owt::dedup
